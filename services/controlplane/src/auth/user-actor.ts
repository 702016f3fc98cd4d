import { forbidden, unauthenticated } from '@chainloop/kit/errors'

import type { Context } from '../context.ts'
import type { ProjectRole } from '../db/people-schema.ts'
import * as sessions from '../sessions/session-repo.ts'
import { assertAllowed, isInstanceAdmin } from '../sign-in/allow-list.ts'
import { type Actor, createActor } from './actor.ts'
import { requireIds } from './claims.ts'
import {
  INSTANCE_ADMIN,
  INSTANCE_ADMIN_RIGHTS,
  INSTANCE_RIGHTS,
  isConfinedToProjects,
  MEMBER_ROLE_RIGHTS,
  NEWCOMER_RIGHTS,
  PROJECT_ROLE_RIGHTS,
} from './people.ts'
import type { Right } from './right.ts'
import { AUDIENCE } from './tokens.ts'
import * as userGrants from './user-grants.ts'
import type { SessionGrants, UserGrants, WantedOrganization } from './user-grants.ts'

/** How old `last_used_at` of a session may be: seldom enough to cost nothing. */
const LAST_USE_PRECISION_MS = 5 * 60_000

export type UserDeps = Pick<Context, 'db' | 'tokens'> & {
  readonly config: Pick<Context['config'], 'signInAllow' | 'instanceAdmins'>
}

/** The database says on every request whether the session and the memberships still are. */
export async function userActor(
  { db, tokens, config }: UserDeps,
  jwt: string,
  organization: WantedOrganization,
): Promise<Actor> {
  const claims = requireIds(await tokens.verify(jwt, AUDIENCE.user), ['jti', 'user_id'])
  const found = await userGrants.findBySession(db, { sessionId: claims.jti, organization })
  if (!found || found.userId !== claims.user_id || !isLive(found)) {
    throw unauthenticated('the session is over', {
      reason: 'SESSION_OVER',
      hint: 'sign in again with `chainloop auth login`',
    })
  }
  assertAllowed(config, found.email)
  if (Date.now() - found.session.lastUsedAt.getTime() > LAST_USE_PRECISION_MS) {
    await sessions.touch(db, claims.jti)
  }
  // Who is taken off that list is no administrator any more with the next request, not with the next sign-in.
  const instanceAdmin = found.instanceAdmin && isInstanceAdmin(config, found.email)
  return { ...actorOfGrants({ ...found, instanceAdmin }, organization), sessionId: claims.jti }
}

function isLive({ session }: SessionGrants): boolean {
  return session.revokedAt === undefined && session.expiresAt.getTime() > Date.now()
}

/** Throws `forbidden` alike for organizations that are not there and those of others. */
export function actorOfGrants(found: UserGrants, wanted: WantedOrganization): Actor {
  const { organization, role } = found
  const isNamed = wanted !== 'current' && wanted !== 'none'
  const person = { kind: 'user', id: found.userId, name: found.email } as const
  if (organization && role) {
    if (organization.suspended) {
      throw forbidden(`organization ${organization.name} is suspended`, { reason: 'SUSPENDED' })
    }
    const place = { organizationId: organization.id, organizationName: organization.name }
    return createActor({ ...person, ...place, role, ...rightsOf(found, role) })
  }
  if (organization && isNamed && found.instanceAdmin) {
    const place = { organizationId: organization.id, organizationName: organization.name }
    const rights = new Set<Right>(INSTANCE_ADMIN_RIGHTS)
    return createActor({ ...person, ...place, role: INSTANCE_ADMIN, rights })
  }
  if (isNamed) {
    throw forbidden(`${found.email} is no member of that organization`, {
      reason: 'USER_NOT_MEMBER_OF_ORG_ERROR_NOT_IN_ORG',
    })
  }
  return createActor({
    ...person,
    organizationId: '',
    organizationName: '',
    role: found.instanceAdmin ? INSTANCE_ADMIN : 'newcomer',
    rights: new Set<Right>(NEWCOMER_RIGHTS),
  })
}

function rightsOf(
  { projects, instanceAdmin }: UserGrants,
  role: keyof typeof MEMBER_ROLE_RIGHTS,
): Pick<Actor, 'rights' | 'confined' | 'projectRights' | 'conditionalRights'> {
  const projectRights = new Map<string, Set<Right>>()
  for (const project of projects) addRights(projectRights, project)
  return {
    // Who looks after the instance does so in their own organization too.
    rights: new Set<Right>([
      ...MEMBER_ROLE_RIGHTS[role],
      ...(instanceAdmin ? INSTANCE_RIGHTS : []),
    ]),
    confined: isConfinedToProjects(role),
    projectRights,
    // Who is on no project yet is shown empty lists rather than refused.
    conditionalRights: isConfinedToProjects(role)
      ? new Set(PROJECT_ROLE_RIGHTS.admin)
      : new Set([...projectRights.values()].flatMap((some) => [...some])),
  }
}

function addRights(
  projects: Map<string, Set<Right>>,
  { id, role }: { readonly id: string; readonly role: ProjectRole },
): void {
  const rights = projects.get(id) ?? new Set()
  for (const right of PROJECT_ROLE_RIGHTS[role]) rights.add(right)
  projects.set(id, rights)
}
