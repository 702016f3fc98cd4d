import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import {
  type FanOutWorld,
  examplePlugin,
  openFanOutWorld,
} from '../deliveries/testing/fan-out-world.ts'
import { insertWorkflow } from '../deliveries/testing/rows.ts'
import { cursorPage } from '../pages.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { announcePlugins } from './announce-plugins.ts'
import { attachIntegration } from './attach-integration.ts'
import { deregisterIntegration } from './deregister-integration.ts'
import { detachIntegration } from './detach-integration.ts'
import { listAttachments } from './list-attachments.ts'
import { describeIntegration, listIntegrations } from './list-integrations.ts'
import { listPlugins } from './list-plugins.ts'
import { registerIntegration } from './register-integration.ts'

const page = cursorPage(undefined)
const siem = {
  name: 'siem',
  pluginId: 'example',
  description: 'the SIEM',
  settings: { url: 'https://a.example', apiKey: 'top-secret' },
}

const attachment = {
  projectName: 'shop',
  workflowName: 'build',
  integrationName: 'siem',
  settings: { label: 'x' },
}

async function auditActions({ db }: FanOutWorld): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_entries')
    .select('action')
    .orderBy('created_at')
    .orderBy('action')
    .execute()
  return rows.map(({ action }) => action)
}

test('what the workers announce is what operators can choose from', async () => {
  await using world = await openFanOutWorld()
  await announcePlugins(world, world.worker, [{ ...examplePlugin, version: '2' }])

  expect(await listPlugins(world, world.operator)).toMatchObject([{ id: 'example', version: '2' }])
  await expect(announcePlugins(world, world.operator, [])).toFailWith('forbidden')
})

test.each([
  ['a bad id', { id: '../x' }],
  ['a schema that is none', { registrationSchema: { type: 'x' } }],
  ['secrets in the attachment', { attachmentSchema: examplePlugin.registrationSchema }],
])('a plugin with %s is refused', async (_what, change) => {
  await using world = await openFanOutWorld()
  const plugin = { ...examplePlugin, ...change }

  await expect(announcePlugins(world, world.worker, [plugin])).toFailWith('invalid')
})

test('a registration keeps its secrets sealed and never shows them', async () => {
  await using world = await openFanOutWorld()

  const registered = await registerIntegration(world, world.operator, siem)

  expect(registered.configuration).toEqual({ url: 'https://a.example' })
  expect(await describeIntegration(world, world.operator, { name: 'siem' })).toEqual(registered)
  const row = await world.db.selectFrom('integrations').selectAll().executeTakeFirstOrThrow()
  const audit = await world.db.selectFrom('audit_entries').selectAll().execute()
  const secret = await world.db.selectFrom('secrets').selectAll().executeTakeFirstOrThrow()
  const stored = [Buffer.from(secret.sealed_value ?? []).toString('latin1'), row, secret, audit]
  expect(row.secret_id).toBe(secret.id)
  expect(secret.sealed_value?.length).toBeGreaterThan(20)
  expect(JSON.stringify(stored)).not.toContain('top-secret')
})

test('names are unique within an organization, and free again after deregistering', async () => {
  await using world = await openFanOutWorld()
  await registerIntegration(world, world.operator, siem)
  await expect(registerIntegration(world, world.operator, siem)).toFailWith('already_exists')

  await deregisterIntegration(world, world.operator, { name: 'siem' })

  await registerIntegration(world, world.operator, siem)
  expect(await auditActions(world)).toEqual([
    'integration.registered',
    'integration.deregistered',
    'integration.registered',
  ])
})

test.each([
  ['no such plugin', { pluginId: 'nope' }, 'not_found'],
  ['a name that is none', { name: 'Not A Name' }, 'invalid'],
  ['settings that do not fit', { settings: { url: 'nonsense' } }, 'invalid'],
] as const)('%s is refused', async (_what, change, code) => {
  await using world = await openFanOutWorld()

  await expect(registerIntegration(world, world.operator, { ...siem, ...change })).toFailWith(code)
})

test('an attachment shows its workflow, and the list narrows by project and workflow', async () => {
  await using world = await openFanOutWorld()
  const { db, organization, operator } = world
  await insertWorkflow(db, organization.id, { project: 'other', name: 'build' })
  await registerIntegration(world, operator, siem)
  await attachIntegration(world, operator, attachment)
  await attachIntegration(world, operator, attachment)
  await attachIntegration(world, operator, { ...attachment, projectName: 'other' })
  const count = async (projectName: string, workflowName: string): Promise<number> =>
    (await listAttachments(world, operator, { projectName, workflowName, page })).items.length

  expect(await count('', '')).toBe(3)
  expect(await count('shop', '')).toBe(2)
  expect(await count('other', 'build')).toBe(1)
  await expect(count('shop', 'nope')).toFailWith('not_found')
  expect(
    await listAttachments(world, operator, { projectName: 'other', workflowName: '', page }),
  ).toEqual({
    items: [
      {
        attachment: expect.objectContaining({ configuration: { label: 'x' } }),
        workflow: expect.objectContaining({ name: 'build' }),
      },
    ],
    nextCursor: '',
  })
})

test('detaching ends it, once', async () => {
  await using world = await openFanOutWorld()
  await registerIntegration(world, world.operator, siem)
  const attached = await attachIntegration(world, world.operator, attachment)
  const { id } = attached.attachment

  await detachIntegration(world, world.operator, { id })

  await expect(detachIntegration(world, world.operator, { id })).toFailWith('not_found')
  await expect(detachIntegration(world, world.operator, { id: 'x' })).toFailWith('not_found')
  expect(
    await listAttachments(world, world.operator, { projectName: '', workflowName: '', page }),
  ).toEqual({ items: [], nextCursor: '' })
})

test('another organization sees and touches nothing', async () => {
  await using world = await openFanOutWorld()
  await registerIntegration(world, world.operator, siem)
  const { attachment: mine } = await attachIntegration(world, world.operator, attachment)
  const stranger = actorOf(await insertOrganization(world.db, 'evil'), 'operator')

  expect(await listIntegrations(world, stranger, page)).toMatchObject({ items: [] })
  await expect(describeIntegration(world, stranger, { name: 'siem' })).toFailWith('not_found')
  await expect(deregisterIntegration(world, stranger, { name: 'siem' })).toFailWith('not_found')
  await expect(detachIntegration(world, stranger, mine)).toFailWith('not_found')
  await expect(attachIntegration(world, stranger, attachment)).toFailWith('not_found')
})

test.each(['attester', 'viewer'] as const)('%s may not change anything', async (role) => {
  await using world = await openFanOutWorld()
  const actor = actorOf(world.organization, role)

  await expect(registerIntegration(world, actor, siem)).toFailWith('forbidden')
  await expect(deregisterIntegration(world, actor, { name: 'x' })).toFailWith('forbidden')
  await expect(attachIntegration(world, actor, attachment)).toFailWith('forbidden')
  await expect(detachIntegration(world, actor, { id: 'x' })).toFailWith('forbidden')
})
