import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { teams } from './plugin.ts'
import { type Card, startTeams } from './testing/teams-server.ts'

/** What a channel gets to see of a job with that environment. */
async function cardFor(env: Record<string, string>, texts = {}): Promise<Card | undefined> {
  await using server = await startTeams()
  const attestation = { ...exampleAttestation, statement: { predicate: { env } } }
  const registration = { webhook: server.webhook }
  const receipt = await deliverTo(teams, { registration, attestation, texts })
  expect(receipt.responseCode).toBe(202)
  expect(server.refusals).toEqual([])
  return server.cards[0]
}

test('a channel gets a card with the facts that the clients of Teams can read', async () => {
  const card = await cardFor({ A: '1' })

  expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.4' })
  expect(card?.['body']).toContainEqual({ type: 'FactSet', facts: [{ title: 'A', value: '1' }] })
})

test('what a job says is text, not Markdown', async () => {
  const card = await cardFor({ A: '[click](https://evil.example)' })

  expect(JSON.stringify(card)).toContain(String.raw`\\[click\\](https://evil.example)`)
})

test('a card stays below the limit of Teams', async () => {
  const card = JSON.stringify(await cardFor({ A: 'x'.repeat(50_000) }))

  expect(card.length).toBeLessThan(28_000)
  expect(card).toContain('... (truncated)')
})

test('operators can write the headline themselves', async () => {
  const card = await cardFor({}, { message: 'Look at this' })

  expect(card?.['body']).toContainEqual(expect.objectContaining({ text: 'Look at this' }))
})

test('an address that does not work is found when it is registered', async () => {
  await using server = await startTeams()
  const { webhook } = server

  await validateAt(teams, { registration: { webhook } })
  expect(server.cards).toHaveLength(1)

  await expect(
    validateAt(teams, { registration: { webhook: webhook.replace('secret', 'wrong') } }),
  ).rejects.toThrow('401')
})
