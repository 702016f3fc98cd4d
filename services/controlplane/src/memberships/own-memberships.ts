import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as organizations from '../organizations/organization-repo.ts'
import type { Organization } from '../organizations/organization.ts'
import * as users from '../users/user-repo.ts'
import { endMembership } from './manage-members.ts'
import * as memberships from './membership-repo.ts'
import type { Membership } from './membership-repo.ts'

export interface OwnMembership {
  readonly membership: Membership
  readonly organization: Organization
  /** Meant by requests that name no organization. */
  readonly current: boolean
}

type Person = Pick<Actor, 'kind' | 'id' | 'name'>

/** Oldest first. */
export async function listOwnMemberships(
  { db }: Pick<Context, 'db'>,
  person: Person,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly items: OwnMembership[]; readonly totalCount: number }> {
  const places = await ownPlaces(db, person.id)
  const shown = places.slice(page.offset, page.offset + page.limit)
  const ids = shown.map(({ organizationId }) => organizationId)
  const there = new Map((await organizations.findAll(db, ids)).map((one) => [one.id, one]))
  const own = await memberships.findOfUser(db, { userId: person.id, organizationIds: ids })
  const byId = new Map(own.map((one) => [one.id, one]))
  const items = shown.flatMap(({ id, organizationId, current }) => {
    const [membership, organization] = [byId.get(id), there.get(organizationId)]
    return membership && organization ? [{ membership, organization, current }] : []
  })
  return { items, totalCount: places.length }
}

export async function setCurrentMembership(
  { db }: Pick<Context, 'db'>,
  person: Person,
  { id }: { readonly id: string },
): Promise<OwnMembership> {
  return inTransaction(db, async (tx) => {
    const place = await getPlace(tx, person, id)
    await users.setCurrentOrganization(tx, { id: person.id, organizationId: place.organizationId })
    return getOwn(tx, person, { ...place, current: true })
  })
}

/** Throws `invalid` for the only owner. */
export async function leaveOrganization(
  { db }: Pick<Context, 'db'>,
  person: Person,
  { id }: { readonly id: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { organizationId } = await getPlace(tx, person, id)
    const owners = await memberships.lockOwners(tx, organizationId)
    if (owners.length === 1 && owners[0] === person.id) {
      throw invalid('an organization needs an owner, and you are the only one', {
        reason: 'ONLY_OWNER',
        hint: 'make somebody else an owner, or delete the organization',
      })
    }
    const membership = await memberships.find(tx, { organizationId, id })
    if (membership) await endMembership(tx, person, membership)
  })
}

/** Everything of the person goes; what they did stays in the audit logs. */
export async function deleteAccount({ db }: Pick<Context, 'db'>, person: Person): Promise<void> {
  await inTransaction(db, async (tx) => {
    const alone: string[] = []
    const places = await ownPlaces(tx, person.id)
    for (const { organizationId } of places.toSorted(byOrganization)) {
      const owners = await memberships.lockOwners(tx, organizationId)
      const organization = await organizations.find(tx, { organizationId })
      if (owners.length === 1 && owners[0] === person.id) alone.push(organization?.name ?? '')
    }
    if (alone.length > 0) {
      throw invalid(`you are the only owner of ${alone.join(', ')}`, {
        reason: 'ONLY_OWNER',
        hint: 'make somebody else an owner, or delete the organization',
      })
    }
    for (const { organizationId, id } of places) {
      const membership = await memberships.find(tx, { organizationId, id })
      if (membership) await endMembership(tx, person, membership)
    }
    await users.remove(tx, person.id)
  })
}

interface Place {
  readonly id: string
  readonly organizationId: string
  readonly current: boolean
}

function byOrganization(one: Place, other: Place): number {
  return one.organizationId < other.organizationId ? -1 : 1
}

/** Across organizations: the only list that is asked for by person. */
async function ownPlaces(db: Db, userId: string): Promise<Place[]> {
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .where('memberships.user_id', '=', userId)
    .where('organizations.deleted_at', 'is', null)
    .select(['memberships.id', 'memberships.organization_id', 'users.current_organization_id'])
    .orderBy('memberships.created_at')
    .orderBy('memberships.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    current: row.organization_id === row.current_organization_id,
  }))
}

async function getPlace(db: Db, { id: userId }: Person, id: string): Promise<Place> {
  const place = isUuid(id) ? (await ownPlaces(db, userId)).find((one) => one.id === id) : undefined
  if (!place) throw notFound('membership', id)
  return place
}

async function getOwn(db: Db, person: Person, place: Place): Promise<OwnMembership> {
  const { organizationId, current } = place
  const membership = await memberships.findByUser(db, { organizationId, userId: person.id })
  const organization = await organizations.find(db, { organizationId })
  if (!membership || !organization) throw notFound('membership', place.id)
  return { membership, organization, current }
}
