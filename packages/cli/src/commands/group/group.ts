import type { Group } from '@chainloop/sdk/model/people'

import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { record, type RecordBlock, table, text } from '../../core/view.ts'
import { PAGE_OPTIONS, pagination } from '../member/page-options.ts'

export const groupCreate = defineCommand({
  name: 'group create',
  summary: 'Create a group and maintain it',
  options: {
    name: { type: 'string', required: true, help: 'name of the group' },
    description: { type: 'string', default: '', help: 'what it is for' },
  },

  async run(session, { name, description }) {
    const client = await session.client()
    const { toGroup } = await import('@chainloop/sdk/model/people')
    return toGroup((await client.groups.create({ name, description })).group)
  },

  view: (group) => [groupRecord(group)],
})

export const groupList = defineCommand({
  name: 'group list',
  summary: 'List groups',
  options: {
    name: { type: 'string', help: 'only groups whose name contains this' },
    member: { type: 'string', help: 'only groups of somebody whose e-mail address contains this' },
    ...PAGE_OPTIONS,
  },

  async run(session, { name, member, ...page }) {
    const client = await session.client()
    const { toGroup } = await import('@chainloop/sdk/model/people')
    const { groups, pagination: total } = await client.groups.list({
      ...(name !== undefined && { name }),
      ...(member !== undefined && { memberEmail: member }),
      ...pagination(page),
    })
    return { groups: groups.map(toGroup), totalCount: total?.totalCount ?? 0 }
  },

  view: ({ groups }) => [
    table(
      ['name', 'members', 'description', 'created', 'id'],
      groups.map((one) => [one.name, one.members, one.description, one.createdAt, one.id]),
      { empty: 'there are no groups' },
    ),
  ],
})

export const groupDescribe = defineCommand({
  name: 'group describe',
  summary: 'Show a group and the projects that it is on',
  options: { name: { type: 'string', required: true, help: 'name of the group' } },

  async run(session, { name }) {
    const client = await session.client()
    const { projectRole, toGroup } = await import('@chainloop/sdk/model/people')
    const groupReference = { name }
    const { group } = await client.groups.get({ groupReference })
    const { projects } = await client.groups.listProjects({ groupReference })
    return {
      ...toGroup(group),
      projects: projects.map((one) => ({ name: one.name, role: projectRole.nameOf(one.role) })),
    }
  },

  view: ({ projects, ...group }) => [
    groupRecord(group),
    table(
      ['project', 'role'],
      projects.map((one) => [one.name, one.role]),
      { empty: 'it is on no project that you see' },
    ),
  ],
})

export const groupUpdate = defineCommand({
  name: 'group update',
  summary: 'Rename or describe a group',
  options: {
    name: { type: 'string', required: true, help: 'name of the group' },
    newName: { type: 'string', help: 'its new name' },
    description: { type: 'string', help: 'what it is for' },
  },

  async run(session, { name, newName, description }) {
    const client = await session.client()
    const { toGroup } = await import('@chainloop/sdk/model/people')
    const { group } = await client.groups.update({
      groupReference: { name },
      ...(newName !== undefined && { newName }),
      ...(description !== undefined && { newDescription: description }),
    })
    return toGroup(group)
  },

  view: (group) => [groupRecord(group)],
})

export const groupDelete = defineCommand({
  name: 'group delete',
  summary: 'Delete a group, with its roles on projects',
  options: { name: { type: 'string', required: true, help: 'name of the group' } },

  async run(session, { name }) {
    await confirm(session, `Delete group ${name}?`)
    const client = await session.client()
    await client.groups.delete({ groupReference: { name } })
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`deleted ${deleted}`)],
})

function groupRecord(group: Group): RecordBlock {
  return record([
    ['name', group.name],
    ['description', group.description],
    ['members', group.members],
    ['created', group.createdAt],
    ['id', group.id],
  ])
}
