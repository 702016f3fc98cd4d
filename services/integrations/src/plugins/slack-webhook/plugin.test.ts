import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { slackWebhook } from './plugin.ts'
import { startSlack } from './testing/slack-server.ts'

/** What a channel gets to see of a job with that environment. */
async function messageOf(env: Record<string, string>, texts = {}): Promise<string> {
  await using server = await startSlack()
  const attestation = { ...exampleAttestation, statement: { predicate: { env } } }
  await deliverTo(slackWebhook, { registration: { webhook: server.webhook }, attestation, texts })
  expect(server.refusals).toEqual([])
  return server.texts[0] ?? ''
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

  expect(text).toContain('... (truncated)')
  expect(text).toMatch(/--output statement\n```$/)
})

test('operators can write the message themselves; jobs mention nobody in it either', async () => {
  const message = '*done* <https://ci.example|job> <!channel> <@U1>'

  expect(await messageOf({}, { message })).toBe(
    '*done* <https://ci.example|job> &lt;!channel> &lt;@U1>',
  )
})

test('an address that does not work is found when it is registered, and is a secret', async () => {
  await using server = await startSlack()
  const { webhook } = server

  await validateAt(slackWebhook, { registration: { webhook } })
  expect(server.texts).toEqual(['Chainloop posts attestations here from now on'])

  await expect(
    validateAt(slackWebhook, { registration: { webhook: `${webhook}x` } }),
  ).rejects.toThrow('invalid_token')
  expect(slackWebhook.secretSettings).toEqual(['webhook'])
})
