import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ContextService } from '@chainloop/proto/controlplane/v1/context'
import {
  MembershipRole,
  type OrgMembershipItemSchema,
  type UserSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Actor } from '../auth/actor.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import * as users from '../users/user-repo.ts'
import { actorOf } from './actor-key.ts'
import { casBackendMessage } from './cas-backend-message.ts'
import { organizationMessage } from './organization-message.ts'
import { membershipMessage, userMessage } from './people-message.ts'

/** The nearest role of people, for clients that only know those. */
const NEAREST_ROLE: Readonly<Record<string, MembershipRole>> = {
  operator: MembershipRole.ORG_ADMIN,
  viewer: MembershipRole.ORG_VIEWER,
  attester: MembershipRole.ORG_CONTRIBUTOR,
}

interface Who {
  readonly currentUser?: MessageInitShape<typeof UserSchema>
  readonly currentMembership?: MessageInitShape<typeof OrgMembershipItemSchema>
}

export function contextService({ db }: Pick<Context, 'db'>): ServiceImpl<typeof ContextService> {
  return {
    async current(_req, call) {
      const actor = actorOf(call)
      const who = actor.kind === 'user' ? await person(db, actor) : await machine(db, actor)
      // Whoever is in no organization has no storage either.
      const backend = actor.organizationId && (await casBackends.findDefault(db, actor))
      return {
        result: { ...who, ...(backend ? { currentCasBackend: casBackendMessage(backend) } : {}) },
      }
    },
  }
}

/** A machine shown as a user, which is what existing clients expect. */
async function machine(db: Db, actor: Actor): Promise<Who> {
  return {
    currentUser: { id: actor.id, email: 'API-token@chainloop', firstName: actor.name },
    currentMembership: {
      org: organizationMessage(await getOrganization(db, actor)),
      current: true,
      role: NEAREST_ROLE[actor.role] ?? MembershipRole.UNSPECIFIED,
    },
  }
}

async function person(db: Db, actor: Actor): Promise<Who> {
  const { id: userId, organizationId } = actor
  const user = await users.find(db, userId)
  const currentUser = user && {
    ...userMessage(user),
    instanceAdmin: user.instanceAdmin,
  }
  if (organizationId === '') return currentUser ? { currentUser } : {}
  const organization = await getOrganization(db, actor)
  const membership = await memberships.findByUser(db, { organizationId, userId })
  return {
    ...(currentUser ? { currentUser } : {}),
    currentMembership: membership
      ? membershipMessage(membership, { organization, current: true })
      : { org: organizationMessage(organization), current: true },
  }
}
