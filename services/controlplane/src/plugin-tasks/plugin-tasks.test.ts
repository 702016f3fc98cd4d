import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { type FanOutWorld, openFanOutWorld } from '../deliveries/testing/fan-out-world.ts'
import { attachIntegration } from '../integrations/attach-integration.ts'
import * as plugins from '../integrations/plugin-repo.ts'
import { registerIntegration } from '../integrations/register-integration.ts'
import { testAttachment } from '../integrations/test-attachment.ts'
import { tryAttachment, tryRegistration } from '../integrations/try-settings.ts'
import { askWorker } from './ask-worker.ts'
import { type ClaimedTask, claimTask } from './claim-task.ts'
import type { TaskResult } from './plugin-task.ts'
import { type PluginTaskJobData, pluginTasksQueue } from './queue.ts'
import { readTaskMaterial } from './read-task-material.ts'
import { reportTask } from './report-task.ts'

const fine: TaskResult = { problem: '', facts: {}, messages: [], skipped: '' }

const target = { url: 'https://siem.example', apiKey: 'top-secret-key' }
const siem = { name: 'siem', pluginId: 'example', description: '', settings: target }
const toBuild = { projectName: 'shop', workflowName: 'build', integrationName: 'siem' }

interface World extends FanOutWorld {
  /** Takes one task as a worker does, when it comes. */
  work(answer: TaskResult): Promise<ClaimedTask | undefined>
}

async function openWorld(): Promise<World> {
  const world = await openFanOutWorld()
  const plugin = await plugins.find(world.db, 'example')
  if (!plugin) throw new Error('no plugin')
  const attachmentSchema = {
    type: 'object',
    properties: { label: { type: 'string' }, filter_expression: { type: 'string' } },
    additionalProperties: false,
  }
  await plugins.put(world.db, { ...plugin, attachmentSchema, validatesRegistration: true })
  const work: World['work'] = async (result) => {
    const claim = await takeJob(world)
    const claimed = await claimTask(world, world.worker, claim)
    await reportTask(world, world.worker, { ...claim, result })
    return claimed
  }
  return Object.assign(world, { work })
}

async function takeJob({ queue }: FanOutWorld): Promise<{ jobId: string; taskId: string }> {
  for (;;) {
    const [job] = await queue.fetch<PluginTaskJobData>(pluginTasksQueue)
    if (job) return { jobId: job.id, taskId: job.data.taskId }
    await new Promise((later) => setTimeout(later, 5))
  }
}

const rows = async ({ db }: FanOutWorld, table: 'plugin_tasks' | 'secrets'): Promise<number> =>
  (await db.selectFrom(table).selectAll().execute()).length

test('settings are tried by a worker, and what the target tells is kept with them', async () => {
  await using world = await openWorld()
  const trying = tryRegistration(world, world.operator, siem)
  const claimed = await world.work({ ...fine, facts: { owner: 'security' } })
  const facts = await trying

  expect(claimed).toMatchObject({
    kind: 'validate_registration',
    task: { pluginId: 'example', registrationConfig: { url: target.url } },
  })
  expect(claimed && 'credentials' in claimed && String(claimed.credentials)).toBe(
    '{"apiKey":"top-secret-key"}',
  )
  expect(await rows(world, 'plugin_tasks')).toBe(0)
  expect(await rows(world, 'secrets')).toBe(0)
  expect(await registerIntegration(world, world.operator, { ...siem, facts })).toMatchObject({
    configuration: { url: target.url, owner: 'security' },
  })
})

test('settings that the target refuses are not registered, and it is said why', async () => {
  await using world = await openWorld()
  const trying = tryRegistration(world, world.operator, siem)
  await world.work({ ...fine, problem: 'the key is not known' })

  await expect(trying).toFailWith('invalid', /siem .* was not accepted: the key is not known/)
})

test('what cannot be right is refused before any worker hears of it', async () => {
  await using world = await openWorld()
  await registerIntegration(world, world.operator, siem)
  const misspelt = { ...siem, settings: { ...target, url: 'ftp://x' } }

  await expect(tryRegistration(world, world.operator, siem)).toFailWith('already_exists')
  await expect(tryRegistration(world, world.operator, misspelt)).toFailWith('invalid')
  expect(await world.queue.fetch(pluginTasksQueue)).toEqual([])
})

test('without a worker it is said that there is none, and nothing is left behind', async () => {
  await using world = await openWorld()
  const asked = askWorker(world, {
    organizationId: world.organization.id,
    secrets: Buffer.from('{}'),
    timeoutMs: 20,
    task: {
      kind: 'validate_registration',
      pluginId: 'example',
      registrationConfig: {},
      attachmentConfig: {},
    },
  })

  await expect(asked).toFailWith('unavailable', /no worker/)
  expect(await rows(world, 'plugin_tasks')).toBe(0)
  expect(await rows(world, 'secrets')).toBe(0)
  const late = await takeJob(world)
  expect(await claimTask(world, world.worker, late)).toBeUndefined()
})

test('an attachment is tried where the plugin wants it or it has expressions', async () => {
  await using world = await openWorld()
  await registerIntegration(world, world.operator, siem)
  const plain = { ...toBuild, settings: { label: 'x' } }
  await tryAttachment(world, world.operator, plain)
  const settings = { filter_expression: 'a b' }

  const trying = tryAttachment(world, world.operator, { ...toBuild, settings })
  const claimed = await world.work({ ...fine, problem: 'filter_expression: no' })

  await expect(trying).toFailWith('invalid', /filter_expression: no/)
  expect(claimed).toMatchObject({
    kind: 'validate_attachment',
    task: { attachmentConfig: settings, registrationConfig: { url: target.url } },
  })
  expect(await rows(world, 'secrets')).toBe(1)
})

test('a test shows what a worker would be given for a delivery, and makes none', async () => {
  await using world = await openWorld()
  await registerIntegration(world, world.operator, siem)
  const stored = await world.store()
  const { attachment } = await attachIntegration(world, world.operator, {
    ...toBuild,
    settings: {},
  })
  const asked = { attachmentId: attachment.id, runId: stored.runId }
  const message = { target: 'POST https://siem.example', headers: {}, body: '{}' }

  const testing = testAttachment(world, world.operator, asked)
  const claimed = await world.work({ ...fine, messages: [message] })

  expect(await testing).toMatchObject({ messages: [message] })
  expect(claimed).toMatchObject({
    kind: 'preview',
    delivery: {
      attempt: 0,
      projectName: 'shop',
      registrationConfig: { url: target.url },
      policies: { evaluations: [] },
    },
  })
  expect(await world.db.selectFrom('deliveries').selectAll().execute()).toEqual([])
})

test('a run of somebody else, or without an attestation, is not shown', async () => {
  await using world = await openWorld()
  await registerIntegration(world, world.operator, siem)
  const { attachment } = await attachIntegration(world, world.operator, {
    ...toBuild,
    settings: {},
  })
  const runId = '00000000-0000-4000-8000-000000000000'

  const asked = { attachmentId: attachment.id, runId }
  await expect(testAttachment(world, world.operator, asked)).toFailWith('not_found')
})

test('only the holder of the job gets the settings, and only materials of the run', async () => {
  await using world = await openWorld()
  const trying = tryRegistration(world, world.operator, siem)
  const claim = await takeJob(world)
  const stolen = { ...claim, jobId: '00000000-0000-4000-8000-000000000000' }
  const digest = `sha256:${'0'.repeat(64)}`

  await expect(claimTask(world, world.worker, stolen)).toFailWith('forbidden')
  await expect(claimTask(world, world.operator, claim)).toFailWith('forbidden')
  await expect(reportTask(world, world.worker, { ...stolen, result: fine })).toFailWith('forbidden')
  await expect(
    Array.fromAsync(readTaskMaterial(world, world.worker, { ...claim, digest })),
  ).toFailWith('not_found')
  await reportTask(world, world.worker, { ...claim, result: fine })
  await trying
})
