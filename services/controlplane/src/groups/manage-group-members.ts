import { alreadyExists, forbidden, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as invitations from '../invitations/invitation-repo.ts'
import type { Invitation } from '../invitations/invitation-repo.ts'
import { insertInvitation } from '../invitations/invite.ts'
import { assertPerson } from '../memberships/manage-members.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { isUuid } from '../names.ts'
import { readEmail } from '../users/user.ts'
import * as groupMembers from './group-member-repo.ts'
import type { Group, GroupMember, GroupReference } from './group.ts'
import { getGroup } from './manage-groups.ts'

type Deps = Pick<Context, 'db'>
interface Page {
  readonly limit: number
  readonly offset: number
}
interface Listed<T> {
  readonly items: readonly T[]
  readonly totalCount: number
}

/** Whoever sees the members of the organization, and the group's own maintainers. */
export async function listGroupMembers(
  { db }: Deps,
  actor: Actor,
  {
    group: reference,
    ...filter
  }: Page & {
    readonly group: GroupReference
    readonly maintainer: boolean | undefined
    readonly email: string | undefined
  },
): Promise<Listed<GroupMember>> {
  const group = await getGroup(db, actor, reference)
  if (!actor.can('membership:read')) await assertMaintains(db, actor, group)
  return groupMembers.list(db, { ...filter, ...placeOf(group) })
}

/** By e-mail. An administrator who adds somebody from outside invites them, as contributor. */
export async function addGroupMember(
  { db }: Deps,
  actor: Actor,
  input: {
    readonly group: GroupReference
    readonly email: string
    readonly maintainer: boolean
  },
): Promise<void> {
  const email = readEmail(input.email)
  await inTransaction(db, async (tx) => {
    const group = await getMaintained(tx, actor, input.group)
    const { organizationId } = actor
    const member = await memberships.findByEmail(tx, { organizationId, email })
    if (!member) {
      if (!actor.can('invitation:create')) throw notFound('member', email)
      const { maintainer } = input
      await insertInvitation(tx, actor, {
        email,
        role: 'contributor',
        group: { id: group.id, maintainer },
      })
      return
    }
    const added = { ...placeOf(group), userId: member.user.id, maintainer: input.maintainer }
    if (!(await groupMembers.insert(tx, added))) throw alreadyExists('member', email)
    await record(tx, actor, {
      action: 'group.member_added',
      group,
      details: { user: email, maintainer: input.maintainer },
    })
  })
}

export async function removeGroupMember(
  { db }: Deps,
  actor: Actor,
  input: { readonly group: GroupReference; readonly email: string },
): Promise<void> {
  const email = readEmail(input.email)
  await inTransaction(db, async (tx) => {
    const group = await getMaintained(tx, actor, input.group)
    const { organizationId } = actor
    const member = await memberships.findByEmail(tx, { organizationId, email })
    const removed =
      member && (await groupMembers.remove(tx, { ...placeOf(group), userId: member.user.id }))
    if (!removed) throw notFound('member', email)
    await record(tx, actor, { action: 'group.member_removed', group, details: { user: email } })
  })
}

export async function setGroupMaintainer(
  { db }: Deps,
  actor: Actor,
  input: {
    readonly group: GroupReference
    readonly userId: string
    readonly maintainer: boolean
  },
): Promise<void> {
  const { userId, maintainer } = input
  await inTransaction(db, async (tx) => {
    const group = await getMaintained(tx, actor, input.group)
    const member = { ...placeOf(group), userId, maintainer }
    const isChanged = isUuid(userId) && (await groupMembers.setMaintainer(tx, member))
    if (!isChanged) throw notFound('member', userId)
    await record(tx, actor, {
      action: 'group.member_updated',
      group,
      details: { user: userId, maintainer },
    })
  })
}

export async function listGroupInvitations(
  { db }: Deps,
  actor: Actor,
  { group: reference, ...page }: Page & { readonly group: GroupReference },
): Promise<Listed<Invitation>> {
  const group = await getGroup(db, actor, reference)
  await assertMaintains(db, actor, group)
  const { organizationId } = actor
  return invitations.list(db, { ...page, organizationId, groupId: group.id, pendingOnly: true })
}

/** Of the projects that the caller sees. */
export async function listGroupProjects(
  { db }: Deps,
  actor: Actor,
  { group: reference, ...page }: Page & { readonly group: GroupReference },
): Promise<Listed<groupMembers.GroupProject>> {
  const group = await getGroup(db, actor, reference)
  const { projectIds } = actor
  return groupMembers.listProjects(db, { ...page, ...placeOf(group), projectIds })
}

async function getMaintained(tx: Db, actor: Actor, reference: GroupReference): Promise<Group> {
  assertPerson(actor)
  const group = await getGroup(tx, actor, reference)
  await assertMaintains(tx, actor, group)
  return group
}

async function assertMaintains(db: Db, actor: Actor, group: Group): Promise<void> {
  if (actor.can('group:manage')) return
  const isMaintainer =
    actor.kind === 'user' &&
    (await groupMembers.isMaintainer(db, { ...placeOf(group), userId: actor.id }))
  if (isMaintainer) return
  throw forbidden(`${actor.name} does not maintain group ${group.name}`, {
    reason: 'NOT_MAINTAINER',
  })
}

function placeOf({ organizationId, id }: Group): { organizationId: string; groupId: string } {
  return { organizationId, groupId: id }
}

function record(
  tx: Db,
  actor: Actor,
  {
    action,
    group,
    details,
  }: { action: string; group: Group; details: Readonly<Record<string, unknown>> },
): Promise<void> {
  return audit.record(tx, {
    organizationId: group.organizationId,
    actor,
    action,
    targetType: 'group',
    targetId: group.id,
    details: { group: group.name, ...details },
  })
}
