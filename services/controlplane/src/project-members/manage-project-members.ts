import { alreadyExists, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { ProjectRole } from '../db/people-schema.ts'
import type { GroupReference } from '../groups/group.ts'
import { getGroup } from '../groups/manage-groups.ts'
import * as invitations from '../invitations/invitation-repo.ts'
import type { Invitation } from '../invitations/invitation-repo.ts'
import { insertInvitation } from '../invitations/invite.ts'
import { assertPerson } from '../memberships/manage-members.ts'
import * as memberships from '../memberships/membership-repo.ts'
import { getProject, type ProjectReference } from '../projects/get-project.ts'
import type { Project } from '../projects/project.ts'
import { readEmail } from '../users/user.ts'
import * as projectMembers from './project-member-repo.ts'
import type { ProjectMember, Subject } from './project-member-repo.ts'

type Deps = Pick<Context, 'db'>
interface Page {
  readonly limit: number
  readonly offset: number
}
interface Listed<T> {
  readonly items: readonly T[]
  readonly totalCount: number
}

/** A member of the organization, or one of its groups. */
export type MemberReference = { readonly email: string } | { readonly group: GroupReference }

/** Oldest first. */
export async function listProjectMembers(
  { db }: Deps,
  actor: Actor,
  { project: reference, ...page }: Page & { readonly project: ProjectReference },
): Promise<Listed<ProjectMember>> {
  const project = await getProject(db, actor, reference)
  actor.require('project_member:read', { projectId: project.id })
  return projectMembers.list(db, { ...page, ...placeOf(project) })
}

/** An administrator who adds somebody from outside the organization invites them, as member. */
export async function addProjectMember(
  { db }: Deps,
  actor: Actor,
  input: {
    readonly project: ProjectReference
    readonly member: MemberReference
    readonly role: ProjectRole
  },
): Promise<void> {
  const { member, role } = input
  await inTransaction(db, async (tx) => {
    const project = await getManaged(tx, actor, input.project)
    const found = await findSubject(tx, actor, member)
    if (!found) {
      const email = 'email' in member ? readEmail(member.email) : ''
      if (!actor.can('invitation:create')) throw notFound('member', email)
      await insertInvitation(tx, actor, {
        email,
        role: 'member',
        project: { id: project.id, role },
      })
      return
    }
    const { subject, name } = found
    const id = await projectMembers.insert(tx, { ...placeOf(project), subject, role })
    if (id === undefined) throw alreadyExists('member', name)
    await record(tx, actor, {
      action: 'project.member_added',
      project,
      details: { member: name, role },
    })
  })
}

export async function removeProjectMember(
  { db }: Deps,
  actor: Actor,
  input: { readonly project: ProjectReference; readonly member: MemberReference },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const project = await getManaged(tx, actor, input.project)
    const { id, role, name } = await getRole(tx, actor, { project, member: input.member })
    await projectMembers.remove(tx, { organizationId: actor.organizationId, id })
    await record(tx, actor, {
      action: 'project.member_removed',
      project,
      details: { member: name, role },
    })
  })
}

export async function setProjectMemberRole(
  { db }: Deps,
  actor: Actor,
  input: {
    readonly project: ProjectReference
    readonly member: MemberReference
    readonly role: ProjectRole
  },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const project = await getManaged(tx, actor, input.project)
    const { id, role: before, name } = await getRole(tx, actor, { project, member: input.member })
    if (before === input.role) return
    const { organizationId } = actor
    await projectMembers.setRole(tx, { organizationId, id, role: input.role })
    await record(tx, actor, {
      action: 'project.member_updated',
      project,
      details: { member: name, before, after: input.role },
    })
  })
}

export async function listProjectInvitations(
  { db }: Deps,
  actor: Actor,
  { project: reference, ...page }: Page & { readonly project: ProjectReference },
): Promise<Listed<Invitation>> {
  const project = await getProject(db, actor, reference)
  actor.require('project_member:read', { projectId: project.id })
  return invitations.list(db, { ...page, ...placeOf(project), pendingOnly: true })
}

async function getManaged(tx: Db, actor: Actor, reference: ProjectReference): Promise<Project> {
  assertPerson(actor)
  const project = await getProject(tx, actor, reference)
  actor.require('project_member:manage', { projectId: project.id })
  return project
}

interface FoundSubject {
  readonly subject: Subject
  /** To be shown. */
  readonly name: string
}

/** Undefined: nobody of the organization has that address. */
async function findSubject(
  tx: Db,
  actor: Actor,
  member: MemberReference,
): Promise<FoundSubject | undefined> {
  if ('group' in member) {
    const group = await getGroup(tx, actor, member.group)
    return { subject: { groupId: group.id }, name: group.name }
  }
  const email = readEmail(member.email)
  const { organizationId } = actor
  const found = await memberships.findByEmail(tx, { organizationId, email })
  return found && { subject: { userId: found.user.id }, name: email }
}

async function getRole(
  tx: Db,
  actor: Actor,
  { project, member }: { readonly project: Project; readonly member: MemberReference },
): Promise<{ readonly id: string; readonly role: ProjectRole; readonly name: string }> {
  const found = await findSubject(tx, actor, member)
  const row =
    found &&
    (await projectMembers.findForUpdate(tx, { ...placeOf(project), subject: found.subject }))
  if (!found || !row) throw notFound('member', 'email' in member ? member.email : 'group')
  return { ...row, name: found.name }
}

function placeOf({ organizationId, id }: Project): { organizationId: string; projectId: string } {
  return { organizationId, projectId: id }
}

function record(
  tx: Db,
  actor: Actor,
  {
    action,
    project,
    details,
  }: { action: string; project: Project; details: Readonly<Record<string, unknown>> },
): Promise<void> {
  return audit.record(tx, {
    organizationId: project.organizationId,
    actor,
    action,
    targetType: 'project',
    targetId: project.id,
    details: { project: project.name, ...details },
  })
}
