import { invalid } from '@chainloop/kit/errors'
import type {
  ProjectMembershipReference,
  ProjectService,
} from '@chainloop/proto/controlplane/v1/project'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import * as members from '../project-members/manage-project-members.ts'
import type { MemberReference } from '../project-members/manage-project-members.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { requiredProjectRole } from './member-role-message.ts'
import { offsetPageMessage } from './page-message.ts'
import { pageOf } from './page-of.ts'
import { pendingInvitationMessage, projectMemberMessage } from './people-message.ts'
import { reference } from './reference.ts'

export function projectService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof ProjectService> {
  return {
    async listMembers(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const wanted = { project: reference(req.projectReference), ...slice }
      const { items, totalCount } = await members.listProjectMembers(ctx, actorOf(call), wanted)
      return {
        members: items.map(projectMemberMessage),
        pagination: offsetPageMessage(page, totalCount),
      }
    },

    addMember: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await members.addProjectMember(tx, actorOf(call), {
          project: reference(req.projectReference),
          member: memberReference(req.memberReference),
          role: requiredProjectRole(req.role),
        })
        return {}
      }),

    removeMember: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await members.removeProjectMember(tx, actorOf(call), {
          project: reference(req.projectReference),
          member: memberReference(req.memberReference),
        })
        return {}
      }),

    updateMemberRole: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await members.setProjectMemberRole(tx, actorOf(call), {
          project: reference(req.projectReference),
          member: memberReference(req.memberReference),
          role: requiredProjectRole(req.newRole),
        })
        return {}
      }),

    async listPendingInvitations(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const wanted = { project: reference(req.projectReference), ...slice }
      const { items, totalCount } = await members.listProjectInvitations(ctx, actorOf(call), wanted)
      return {
        invitations: items.map(pendingInvitationMessage),
        pagination: offsetPageMessage(page, totalCount),
      }
    },
  }
}

function memberReference(given: ProjectMembershipReference | undefined): MemberReference {
  const wanted = given?.membershipReference
  switch (wanted?.case) {
    case 'userEmail':
      return { email: wanted.value }
    case 'groupReference':
      return { group: reference(wanted.value) }
    default:
      throw invalid('a member is named either by an e-mail address or as a group')
  }
}
