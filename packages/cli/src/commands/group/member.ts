import type { Client } from '@chainloop/sdk/client'

import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'
import { PAGE_OPTIONS, pagination } from '../member/page-options.ts'

const GROUP = { type: 'string', required: true, help: 'name of the group' } as const
const EMAIL = { type: 'string', required: true, help: 'e-mail address' } as const

export const groupMemberList = defineCommand({
  name: 'group member list',
  summary: 'List who is in a group',
  options: { group: GROUP, ...PAGE_OPTIONS },

  async run(session, { group, ...page }) {
    const client = await session.client()
    const { toMemberOfGroup } = await import('@chainloop/sdk/model/people')
    const { members, pagination: total } = await client.groups.listMembers({
      groupReference: { name: group },
      ...pagination(page),
    })
    return { members: members.map(toMemberOfGroup), totalCount: total?.totalCount ?? 0 }
  },

  view: ({ members }) => [
    table(
      ['e-mail', 'maintainer', 'since', 'user id'],
      members.map((one) => [one.email, one.maintainer, one.createdAt, one.id]),
      { empty: 'there is nobody in it' },
    ),
  ],
})

export const groupMemberAdd = defineCommand({
  name: 'group member add',
  summary: 'Add somebody to a group',
  details: 'Who is not in the organization is invited as contributor, if you may invite.',
  options: {
    group: GROUP,
    email: EMAIL,
    maintainer: { type: 'boolean', help: 'may add and remove others' },
  },

  async run(session, { group, email, maintainer = false }) {
    const client = await session.client()
    await client.groups.addMember({
      groupReference: { name: group },
      userEmail: email,
      isMaintainer: maintainer,
    })
    return { group, email, maintainer }
  },

  view: ({ group, email }) => [text(`added ${email} to ${group}`)],
})

export const groupMemberUpdate = defineCommand({
  name: 'group member update',
  summary: 'Say whether a member maintains the group',
  options: {
    group: GROUP,
    email: EMAIL,
    maintainer: { type: 'boolean', negatable: true, help: 'may add and remove others' },
  },

  async run(session, { group, email, maintainer = false }) {
    const client = await session.client()
    await client.groups.updateMemberMaintainerStatus({
      groupReference: { name: group },
      userId: await userIdOf(client, { group, email }),
      isMaintainer: maintainer,
    })
    return { group, email, maintainer }
  },

  view: ({ group, email, maintainer }) => [
    text(maintainer ? `${email} maintains ${group} now` : `${email} is a plain member of ${group}`),
  ],
})

export const groupMemberRemove = defineCommand({
  name: 'group member remove',
  summary: 'Remove somebody from a group',
  options: { group: GROUP, email: EMAIL },

  async run(session, { group, email }) {
    const client = await session.client()
    await client.groups.removeMember({ groupReference: { name: group }, userEmail: email })
    return { group, email }
  },

  view: ({ group, email }) => [text(`removed ${email} from ${group}`)],
})

async function userIdOf(
  client: Client,
  { group, email }: { readonly group: string; readonly email: string },
): Promise<string> {
  const { members } = await client.groups.listMembers({
    groupReference: { name: group },
    memberEmail: email,
  })
  const found = members.find(({ user }) => user?.email === email.toLowerCase())
  if (found?.user) return found.user.id
  throw new Refused(`${email} is not in ${group}`)
}
