import { forbidden, invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { MemberRole } from '../db/people-schema.ts'
import { isUuid } from '../names.ts'
import * as users from '../users/user-repo.ts'
import * as memberships from './membership-repo.ts'
import type { Membership } from './membership-repo.ts'

/** Oldest first. */
export async function listMembers(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  filter: Omit<memberships.MembershipFilter, 'organizationId'>,
): Promise<{ readonly items: Membership[]; readonly totalCount: number }> {
  actor.require('membership:read')
  return memberships.list(db, { ...filter, organizationId: actor.organizationId })
}

/** Who changes somebody to or from owner has to be one. Nobody changes themselves. */
export async function updateMember(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id, role }: { readonly id: string; readonly role: MemberRole },
): Promise<Membership> {
  assertPerson(actor)
  return inTransaction(db, async (tx) => {
    const before = await getOther(tx, actor, id)
    if (role === 'owner' && before.role !== 'owner') actor.require('membership:manage_owners')
    if (before.role === role) return before
    const { organizationId } = actor
    await memberships.setRole(tx, { organizationId, id, role })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'membership.updated',
      targetType: 'membership',
      targetId: id,
      details: { user: before.user.email, before: before.role, after: role },
    })
    return { ...before, role }
  })
}

/** With everything that the person had by it in the organization. */
export async function removeMember(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { readonly id: string },
): Promise<void> {
  assertPerson(actor)
  await inTransaction(db, async (tx) => {
    const member = await getOther(tx, actor, id)
    await endMembership(tx, actor, member)
  })
}

/** Asks for no right. Wants a transaction. */
export async function endMembership(
  tx: Db,
  actor: Pick<Actor, 'kind' | 'id' | 'name'>,
  member: Membership,
): Promise<void> {
  const { organizationId, id, user, role } = member
  await memberships.remove(tx, { organizationId, id })
  await users.leaveCurrentOrganization(tx, { organizationId })
  await audit.record(tx, {
    organizationId,
    actor,
    action: 'membership.deleted',
    targetType: 'membership',
    targetId: id,
    details: { user: user.email, role },
  })
}

/** The organization's owners are locked, so that two who demote each other do not leave it without one. */
async function getOther(tx: Db, actor: Actor, id: string): Promise<Membership> {
  actor.require('membership:manage')
  const { organizationId } = actor
  await memberships.lockOwners(tx, organizationId)
  const member = isUuid(id) ? await memberships.find(tx, { organizationId, id }) : undefined
  if (!member) throw notFound('membership', id)
  if (member.user.id === actor.id) {
    throw invalid('nobody changes their own membership', {
      reason: 'OWN_MEMBERSHIP',
      hint: 'to leave an organization: `chainloop organization leave`',
    })
  }
  if (member.role === 'owner') actor.require('membership:manage_owners')
  await assertStillEntitled(tx, actor, member.role)
  return member
}

/** The lock may have waited for somebody who has just taken the caller's own role away. */
async function assertStillEntitled(tx: Db, actor: Actor, role: MemberRole): Promise<void> {
  const { organizationId, id: userId } = actor
  const own = await memberships.findByUser(tx, { organizationId, userId })
  if (own?.role === 'owner' || (own?.role === 'admin' && role !== 'owner')) return
  throw forbidden(`${actor.name} may not membership:manage here`, { reason: 'MISSING_RIGHT' })
}

/** Tokens change no people. */
export function assertPerson(actor: Actor): void {
  if (actor.kind === 'user') return
  throw forbidden('only a person may do that', {
    reason: 'PERSON_REQUIRED',
    hint: 'sign in with `chainloop auth login`',
  })
}
