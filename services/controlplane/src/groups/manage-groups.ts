import { alreadyExists, invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as invitations from '../invitations/invitation-repo.ts'
import { assertPerson } from '../memberships/manage-members.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { assertName, isUuid } from '../names.ts'
import * as groupMembers from './group-member-repo.ts'
import * as groups from './group-repo.ts'
import type { Group, GroupReference } from './group.ts'

/** Who makes it maintains it. */
export async function createGroup(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { name, description }: { readonly name: string; readonly description: string },
): Promise<Group> {
  actor.require('group:manage')
  assertPerson(actor)
  assertName('group', name)
  const { organizationId, id: userId } = actor
  return inTransaction(db, async (tx) => {
    const id = await groups.insert(tx, { organizationId, name, description })
    if (id === undefined) throw alreadyExists('group', name)
    if (await memberships.findByUser(tx, { organizationId, userId })) {
      await groupMembers.insert(tx, { organizationId, groupId: id, userId, maintainer: true })
    }
    await record(tx, actor, { action: 'group.created', id, details: { name } })
    return getGroup(tx, actor, { id })
  })
}

/** Everybody in the organization may see it. */
export async function getGroup(
  db: Db,
  actor: Pick<Actor, 'organizationId'>,
  { id, name }: GroupReference,
): Promise<Group> {
  const { organizationId } = actor
  if ((id === undefined) === (name === undefined)) {
    throw invalid('a group is named either by its id or by its name')
  }
  const found =
    name === undefined
      ? id !== undefined && isUuid(id) && (await groups.find(db, { organizationId, id }))
      : await groups.findByName(db, { organizationId, name })
  if (!found) throw notFound('group', name ?? id ?? '')
  return found
}

export async function listGroups(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  filter: Omit<groups.GroupFilter, 'organizationId'>,
): Promise<{ readonly items: Group[]; readonly totalCount: number }> {
  actor.require('group:read')
  return groups.list(db, { ...filter, organizationId: actor.organizationId })
}

export async function updateGroup(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  change: {
    readonly group: GroupReference
    readonly name: string | undefined
    readonly description: string | undefined
  },
): Promise<Group> {
  actor.require('group:manage')
  assertPerson(actor)
  if (change.name !== undefined) assertName('group', change.name)
  return inTransaction(db, async (tx) => {
    const before = await getGroup(tx, actor, change.group)
    const { id, organizationId } = before
    const name = change.name ?? before.name
    const description = change.description ?? before.description
    if (!(await groups.update(tx, { organizationId, id, name, description }))) {
      throw alreadyExists('group', name)
    }
    const details = {
      before: { name: before.name, description: before.description },
      after: { name, description },
    }
    await record(tx, actor, { action: 'group.updated', id, details })
    return getGroup(tx, actor, { id })
  })
}

export async function deleteGroup(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  reference: GroupReference,
): Promise<void> {
  actor.require('group:manage')
  assertPerson(actor)
  await inTransaction(db, async (tx) => {
    const { id, organizationId, name } = await getGroup(tx, actor, reference)
    await invitations.revokeOfGroup(tx, { organizationId, groupId: id })
    await groups.remove(tx, { organizationId, id })
    await record(tx, actor, { action: 'group.deleted', id, details: { name } })
  })
}

function record(
  tx: Db,
  actor: Actor,
  { id, ...entry }: { action: string; id: string; details: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { organizationId } = actor
  return audit.record(tx, { organizationId, actor, ...entry, targetType: 'group', targetId: id })
}
