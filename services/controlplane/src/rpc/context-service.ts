import type { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { MembershipRole } from '@chainloop/proto/controlplane/v1/response_messages'
import type { ServiceImpl } from '@connectrpc/connect'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Context } from '../context.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import { actorOf } from './actor-key.ts'
import { casBackendMessage } from './cas-backend-message.ts'
import { organizationMessage } from './organization-message.ts'

/** The nearest role of people, for clients that only know those. */
const NEAREST_ROLE: Readonly<Record<string, MembershipRole>> = {
  operator: MembershipRole.ORG_ADMIN,
  viewer: MembershipRole.ORG_VIEWER,
  attester: MembershipRole.ORG_CONTRIBUTOR,
}

export function contextService({ db }: Pick<Context, 'db'>): ServiceImpl<typeof ContextService> {
  return {
    async current(_req, call) {
      const actor = actorOf(call)
      const organization = organizationMessage(await getOrganization(db, actor))
      const backend = await casBackends.findDefault(db, actor)
      return {
        result: {
          // A machine shown as a user, which is what existing clients expect.
          currentUser: { id: actor.id, email: 'API-token@chainloop', firstName: actor.name },
          currentMembership: {
            org: organization,
            current: true,
            role: NEAREST_ROLE[actor.role] ?? MembershipRole.UNSPECIFIED,
          },
          ...(backend ? { currentCasBackend: casBackendMessage(backend) } : {}),
        },
      }
    },
  }
}
