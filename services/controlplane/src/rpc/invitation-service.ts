import type { OrgInvitationService } from '@chainloop/proto/controlplane/v1/org_invitation'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { invite, listInvitations, revokeInvitation } from '../invitations/invite.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { memberRole } from './member-role-message.ts'
import { offsetPageMessage } from './page-message.ts'
import { pageOf } from './page-of.ts'
import { invitationMessage } from './people-message.ts'

export function invitationService(
  ctx: Pick<Context, 'db'>,
): ServiceImpl<typeof OrgInvitationService> {
  return {
    create: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const actor = actorOf(call)
        const role = memberRole(req.role) ?? 'viewer'
        const invitation = await invite(tx, actor, { email: req.receiverEmail, role })
        return { result: invitationMessage(invitation, placeOf(actor)) }
      }),

    revoke: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await revokeInvitation(tx, actorOf(call), req)
        return {}
      }),

    async listSent(req, call) {
      const actor = actorOf(call)
      const { page, ...slice } = pageOf(req.pagination)
      const { items, totalCount } = await listInvitations(ctx, actor, slice)
      return {
        result: items.map((one) => invitationMessage(one, placeOf(actor))),
        pagination: offsetPageMessage(page, totalCount),
      }
    },
  }
}

function placeOf({ organizationId: id, organizationName: name }: Actor): {
  id: string
  name: string
} {
  return { id, name }
}
