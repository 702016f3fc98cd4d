import type { Client } from '@chainloop/sdk/client'
import type { Membership } from '@chainloop/sdk/model/people'

import { defineCommand } from '../../core/command.ts'
import { readConfigFile, writeConfigFile } from '../../core/config-file.ts'
import { confirm } from '../../core/confirm.ts'
import { Refused } from '../../core/exit.ts'
import { table, text } from '../../core/view.ts'
import { organizationRecord } from './view.ts'

export const organizationCreate = defineCommand({
  name: 'organization create',
  summary: 'Create an organization and own it',
  options: { name: { type: 'string', required: true, help: 'name of the organization' } },

  async run(session, { name }) {
    const client = await session.client()
    const { toOrganization } = await import('@chainloop/sdk/model/organization')
    return toOrganization((await client.organizations.create({ name })).result)
  },

  view: (organization) => [organizationRecord(organization)],
})

export const organizationList = defineCommand({
  name: 'organization list',
  summary: 'List the organizations that you are in',
  options: {},

  async run(session) {
    return { memberships: await ownMemberships(await session.client()) }
  },

  view: ({ memberships }) => [
    table(
      ['organization', 'role', 'current', 'since', 'membership id'],
      memberships.map((one) => [one.organization, one.role, one.current, one.createdAt, one.id]),
      { empty: 'you are in no organization; create one, or ask for an invitation' },
    ),
  ],
})

export const organizationSet = defineCommand({
  name: 'organization set',
  summary: 'Choose the organization that commands are about',
  options: {
    name: { type: 'string', required: true, help: 'name of the organization' },
    default: { type: 'boolean', help: 'on every machine, for calls that name none' },
  },

  async run(session, { name, default: everywhere = false }) {
    const client = await session.client()
    const { id } = await ownMembership(client, name)
    if (everywhere) await client.memberships.setCurrentMembership({ membershipId: id })
    const { configPath } = session.settings
    await writeConfigFile(configPath, {
      ...(await readConfigFile(configPath)),
      organization: name,
    })
    return { organization: name }
  },

  view: ({ organization }) => [text(`commands are about ${organization} now`)],
})

export const organizationLeave = defineCommand({
  name: 'organization leave',
  summary: 'Leave an organization',
  options: { name: { type: 'string', required: true, help: 'name of the organization' } },

  async run(session, { name }) {
    await confirm(session, `Leave organization ${name}?`)
    const client = await session.client()
    const { id } = await ownMembership(client, name)
    await client.memberships.deleteMembership({ membershipId: id })
    await forget(session.settings.configPath, name)
    return { left: name }
  },

  view: ({ left }) => [text(`left ${left}`)],
})

export const organizationDelete = defineCommand({
  name: 'organization delete',
  summary: 'Delete an organization that you own',
  options: { name: { type: 'string', required: true, help: 'name of the organization' } },

  async run(session, { name }) {
    await confirm(session, `Delete organization ${name} with everything in it?`)
    const client = await session.client()
    await client.organizations.delete({ name })
    await forget(session.settings.configPath, name)
    return { deleted: name }
  },

  view: ({ deleted }) => [text(`deleted ${deleted}`)],
})

async function ownMemberships(client: Client): Promise<Membership[]> {
  const { toMembership } = await import('@chainloop/sdk/model/people')
  const { result } = await client.memberships.listMemberships({})
  return result.map(toMembership)
}

async function ownMembership(client: Client, name: string): Promise<Membership> {
  const found = (await ownMemberships(client)).find(({ organization }) => organization === name)
  if (found) return found
  throw new Refused(`you are in no organization ${name}`, '`chainloop organization list`')
}

/** Commands are not about it any more. */
async function forget(configPath: string, name: string): Promise<void> {
  const { organization, ...config } = await readConfigFile(configPath)
  if (organization === name) await writeConfigFile(configPath, config)
}
