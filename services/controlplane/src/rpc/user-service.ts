import type { AuthService } from '@chainloop/proto/controlplane/v1/auth'
import type { UserService } from '@chainloop/proto/controlplane/v1/user'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import * as own from '../memberships/own-memberships.ts'
import { actorOf } from './actor-key.ts'
import { offsetPageMessage } from './page-message.ts'
import { pageOf } from './page-of.ts'
import { ownMembershipMessage } from './people-message.ts'

export function userService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof UserService> {
  return {
    async listMemberships(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const { items, totalCount } = await own.listOwnMemberships(ctx, actorOf(call), slice)
      return {
        result: items.map(ownMembershipMessage),
        pagination: offsetPageMessage(page, totalCount),
      }
    },

    async setCurrentMembership(req, call) {
      const wanted = { id: req.membershipId }
      const current = await own.setCurrentMembership(ctx, actorOf(call), wanted)
      return { result: ownMembershipMessage(current) }
    },

    async deleteMembership(req, call) {
      await own.leaveOrganization(ctx, actorOf(call), { id: req.membershipId })
      return {}
    },
  }
}

export function authService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof AuthService> {
  return {
    async deleteAccount(_req, call) {
      await own.deleteAccount(ctx, actorOf(call))
      return {}
    },
  }
}
