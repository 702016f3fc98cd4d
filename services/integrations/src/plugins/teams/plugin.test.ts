import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { teams } from './plugin.ts'

async function requestFor(env: Record<string, string>): Promise<string> {
  await using receiver = await startReceiver((res) => res.writeHead(202).end())
  const attestation = { ...exampleAttestation, statement: { predicate: { env } } }
  const receipt = await deliverTo(teams, { registration: { webhook: receiver.url }, attestation })
  expect(receipt.responseCode).toBe(202)
  return receiver.requests[0]?.body ?? ''
}

test('a channel gets an adaptive card with the facts', async () => {
  const { type, attachments } = JSON.parse(await requestFor({ A: '1' }))

  expect(type).toBe('message')
  expect(attachments).toEqual([
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: expect.objectContaining({ type: 'AdaptiveCard', version: '1.4' }),
    },
  ])
  expect(attachments[0].content.body).toContainEqual({
    type: 'FactSet',
    facts: [{ title: 'A', value: '1' }],
  })
})

test('what a job says is text, not Markdown', async () => {
  expect(await requestFor({ A: '[click](https://evil.example)' })).toContain(
    String.raw`\\[click\\](https://evil.example)`,
  )
})

test('a card stays below the limit of Teams', async () => {
  const body = await requestFor({ A: 'x'.repeat(50_000) })

  expect(body.length).toBeLessThan(28_000)
  expect(body).toContain('... (truncated)')
})
