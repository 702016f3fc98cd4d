import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'
import { PAGE_OPTIONS, pagination } from '../member/page-options.ts'

const PROJECT = { type: 'string', required: true, help: 'name of the project' } as const
const SUBJECT = {
  email: { type: 'string', help: 'e-mail address of a person' },
  group: { type: 'string', help: 'name of a group' },
} as const
const ROLES = ['admin', 'viewer'] as const

export const projectMemberList = defineCommand({
  name: 'project member list',
  summary: 'List who works on a project',
  options: { project: PROJECT, ...PAGE_OPTIONS },

  async run(session, { project, ...page }) {
    const client = await session.client()
    const { toProjectMember } = await import('@chainloop/sdk/model/people')
    const { members, pagination: total } = await client.projects.listMembers({
      projectReference: { name: project },
      ...pagination(page),
    })
    return { members: members.map(toProjectMember), totalCount: total?.totalCount ?? 0 }
  },

  view: ({ members }) => [
    table(
      ['kind', 'name', 'role', 'since'],
      members.map((one) => [one.kind, one.name, one.role, one.createdAt]),
      { empty: 'nobody has a role of their own there' },
    ),
  ],
})

export const projectMemberAdd = defineCommand({
  name: 'project member add',
  summary: 'Let a person or a group work on a project',
  details:
    'An admin of a project changes it and attests for it; a viewer reads it. Who is not in the organization is invited as member, if you may invite.',
  options: {
    project: PROJECT,
    ...SUBJECT,
    role: { type: 'string', choices: ROLES, default: 'viewer', help: 'what they may do there' },
  },
  examples: ['chainloop project member add --project web --group web-team --role admin'],

  async run(session, { project, role, ...subject }) {
    const memberReference = memberReferenceOf(subject)
    const client = await session.client()
    await client.projects.addMember({
      projectReference: { name: project },
      memberReference,
      role: await roleNumber(role),
    })
    return { project, member: nameOf(subject), role }
  },

  view: ({ project, member, role }) => [text(`${member} is ${role} of ${project} now`)],
})

export const projectMemberUpdate = defineCommand({
  name: 'project member update',
  summary: 'Give a person or a group another role on a project',
  options: {
    project: PROJECT,
    ...SUBJECT,
    role: { type: 'string', choices: ROLES, required: true, help: 'what they may do there' },
  },

  async run(session, { project, role, ...subject }) {
    const memberReference = memberReferenceOf(subject)
    const client = await session.client()
    await client.projects.updateMemberRole({
      projectReference: { name: project },
      memberReference,
      newRole: await roleNumber(role),
    })
    return { project, member: nameOf(subject), role }
  },

  view: ({ project, member, role }) => [text(`${member} is ${role} of ${project} now`)],
})

export const projectMemberRemove = defineCommand({
  name: 'project member remove',
  summary: 'Take the role of a person or a group on a project away',
  options: { project: PROJECT, ...SUBJECT },

  async run(session, { project, ...subject }) {
    const memberReference = memberReferenceOf(subject)
    const client = await session.client()
    await client.projects.removeMember({ projectReference: { name: project }, memberReference })
    return { project, member: nameOf(subject) }
  },

  view: ({ project, member }) => [text(`${member} has no role on ${project} any more`)],
})

interface SubjectOptions {
  readonly email: string | undefined
  readonly group: string | undefined
}

function memberReferenceOf({ email, group }: SubjectOptions) {
  if (email !== undefined && group === undefined) {
    return { membershipReference: { case: 'userEmail', value: email } } as const
  }
  if (group !== undefined && email === undefined) {
    return { membershipReference: { case: 'groupReference', value: { name: group } } } as const
  }
  throw new UsageError('give either --email or --group')
}

function nameOf({ email, group }: SubjectOptions): string {
  return email ?? group ?? ''
}

async function roleNumber(role: string): Promise<1 | 2> {
  const { projectRole } = await import('@chainloop/sdk/model/people')
  return projectRole.numberOf(projectRole.names.find((one) => one === role) ?? 'viewer')
}
