import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { slackWebhook } from './plugin.ts'

async function messageOf(env: Record<string, string>): Promise<string> {
  await using receiver = await startReceiver()
  const attestation = { ...exampleAttestation, statement: { predicate: { env } } }
  await deliverTo(slackWebhook, { registration: { webhook: receiver.url }, attestation })
  return JSON.parse(receiver.requests[0]?.body ?? '').text
}

test('a channel gets the headline and the summary in a code block', async () => {
  const text = await messageOf({ A: '1' })

  expect(text).toMatch(/^shop\/build: success\n```\n[^]+\n```$/)
  expect(text).toContain(exampleAttestation.digest)
})

test('a job can neither leave the code block nor mention anybody', async () => {
  const text = await messageOf({ A: '``` <!channel> & more' })

  expect(text.split('```')).toHaveLength(3)
  expect(text).toContain('&lt;!channel&gt; &amp; more')
})

test('a message stays below the limit of Slack', async () => {
  const env = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`NAME_${i}`, '<&>'.repeat(9)]),
  )

  const text = await messageOf(env)

  expect(text.length).toBeLessThanOrEqual(4000)
  expect(text).toContain('... (truncated)')
  expect(text).toMatch(/--output statement\n```$/)
})

test('the address is a secret', () => {
  expect(slackWebhook.secretSettings).toEqual(['webhook'])
})
