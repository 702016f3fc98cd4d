import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { afterAll, expect, test } from '@jest/globals'
import { z } from 'zod'

import type { ClaimedDelivery } from '../control-plane.ts'
import { createEvaluator } from '../filters/evaluator.ts'
import { openRecordingEgress } from '../host/recording-egress.ts'
import { exampleAttestation } from '../testing/attestation.ts'
import { inProcess } from '../testing/in-process.ts'
import { performTask } from './perform-task.ts'
import type { TaskResult } from './plugin-task.ts'

const evaluator = createEvaluator()
afterAll(async () => evaluator[Symbol.asyncDispose]())

const registration = z.object({ url: z.string(), key: secret(z.string(), 'a key') })

const plugin = definePlugin({
  id: 'example',
  version: '1',
  description: '',
  registration,
  attachment: z.object({ path: z.string().optional() }),
  texts: { message: 'what is sent' },
  async validate({ registration: { key } }) {
    if (key === 'wrong') throw new Error(`nobody has the key ${key}`)
    return { owner: `me, who has ${key}` }
  },
  deliver: (delivery) => send(delivery),
})

async function send({
  registration: { url, key },
  attachment: { path = '' },
  texts,
  fetch,
}: Delivery<z.output<typeof registration>, { path?: string | undefined }>): Promise<Receipt> {
  const headers = { authorization: `Bearer ${key}`, 'x-signature': 'abc', accept: '*/*' }
  const body = `${texts['message'] ?? 'no text'} ${key}`
  const answer = await fetch(`${url}${path}?key=${key}`, { method: 'POST', headers, body })
  return { responseCode: answer.status }
}

const task = { jobId: 'j', taskId: 't' }

const perform = async (claimed: Parameters<typeof performTask>[1]['claimed']) => {
  using egress = openRecordingEgress()
  const runner = inProcess(plugin, egress)
  const result: TaskResult = await performTask(
    {
      evaluator,
      timeoutMs: 5_000,
      plugins: new Map([
        [
          'example',
          {
            ...runner,
            preview: async (request) => {
              await runner.deliver(request)
              return egress.messages
            },
          },
        ],
      ]),
      controlPlane: {
        claimTask: async () => undefined,
        reportTask: async () => undefined,
        async *readTaskMaterial() {
          yield Buffer.from('bytes')
        },
      },
    },
    { task, claimed },
  )
  return result
}

const settings = (key: string, attachment?: Record<string, unknown>) => ({
  kind: 'try' as const,
  settings: { pluginId: 'example', registration: { url: 'https://a.test', key }, attachment },
})

const delivery = (attachment: Record<string, unknown>): ClaimedDelivery => ({
  attempt: 0,
  pluginId: 'example',
  attestation: exampleAttestation,
  registration: { url: 'https://a.test', key: 'top-secret' },
  attachment,
  idempotencyKey: 'test',
})

test('what a target tells is handed on without secrets', async () => {
  expect(await perform(settings('top-secret'))).toEqual({
    problem: '',
    facts: { owner: 'me, who has [redacted]' },
    messages: [],
    skipped: '',
  })
})

test('what is wrong with settings is said without secrets', async () => {
  expect(await perform(settings('wrong'))).toMatchObject({
    problem: 'nobody has the key [redacted]',
  })
})

test('expressions of an attachment are read before anything else', async () => {
  expect(await perform(settings('k', { filter_expression: 'a b' }))).toMatchObject({
    problem: expect.stringContaining('filter_expression: '),
  })
  expect(await perform(settings('k', { filter_expression: 'true' }))).toMatchObject({
    problem: '',
  })
})

test('a preview shows the request with secrets and credentials masked', async () => {
  const attachment = { path: '/x', template_message: '{{ project.name }} has' }

  expect(await perform({ kind: 'preview', delivery: delivery(attachment) })).toEqual({
    problem: '',
    facts: {},
    skipped: '',
    messages: [
      {
        target: 'POST https://a.test/x?key=[redacted]',
        headers: { authorization: '[redacted]', 'x-signature': '[redacted]', accept: '*/*' },
        body: 'shop has [redacted]',
      },
    ],
  })
})

test('a preview says why nothing would be sent', async () => {
  expect(
    await perform({ kind: 'preview', delivery: delivery({ filter_version: 'v9' }) }),
  ).toMatchObject({ skipped: 'version v1 is not in filter_version', messages: [] })
})

test('a plugin that is not here is a problem', async () => {
  const claimed = { kind: 'preview' as const, delivery: { ...delivery({}), pluginId: 'gone' } }

  expect(await perform(claimed)).toMatchObject({ problem: 'this worker has no plugin gone' })
})
