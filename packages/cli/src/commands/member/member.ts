import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { table, text } from '../../core/view.ts'
import { PAGE_OPTIONS, pagination, ROLE_CHOICES } from './page-options.ts'

export const memberList = defineCommand({
  name: 'organization member list',
  summary: 'List who is in the organization',
  options: {
    name: { type: 'string', help: 'only people whose name contains this' },
    email: { type: 'string', help: 'only people whose e-mail address contains this' },
    role: { type: 'string', choices: ROLE_CHOICES, help: 'only with this role' },
    ...PAGE_OPTIONS,
  },

  async run(session, { name, email, role, ...page }) {
    const client = await session.client()
    const { memberRole, toMembership } = await import('@chainloop/sdk/model/people')
    const wanted = memberRole.names.find((one) => one === role)
    const { result, pagination: total } = await client.organizations.listMemberships({
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(wanted !== undefined && { role: memberRole.numberOf(wanted) }),
      ...pagination(page),
    })
    return { members: result.map(toMembership), totalCount: total?.totalCount ?? 0 }
  },

  view: ({ members }) => [
    table(
      ['e-mail', 'name', 'role', 'since', 'id'],
      members.map((one) => [one.email, one.name, one.role, one.createdAt, one.id]),
      { empty: 'there is nobody' },
    ),
  ],
})

export const memberUpdate = defineCommand({
  name: 'organization member update',
  summary: 'Give a member another role',
  options: {
    id: { type: 'string', required: true, help: 'id of the membership' },
    role: { type: 'string', choices: ROLE_CHOICES, required: true, help: 'the new role' },
  },

  async run(session, { id, role }) {
    const client = await session.client()
    const { memberRole, toMembership } = await import('@chainloop/sdk/model/people')
    const wanted = memberRole.names.find((one) => one === role) ?? 'viewer'
    const { result } = await client.organizations.updateMembership({
      membershipId: id,
      role: memberRole.numberOf(wanted),
    })
    return toMembership(result)
  },

  view: ({ email, role }) => [text(`${email} is ${role} now`)],
})

export const memberDelete = defineCommand({
  name: 'organization member delete',
  summary: 'Remove a member, with their places in groups and projects',
  options: { id: { type: 'string', required: true, help: 'id of the membership' } },

  async run(session, { id }) {
    await confirm(session, `Remove member ${id}?`)
    const client = await session.client()
    await client.organizations.deleteMembership({ membershipId: id })
    return { removed: id }
  },

  view: ({ removed }) => [text(`removed ${removed}`)],
})
