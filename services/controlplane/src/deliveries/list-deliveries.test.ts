import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { actorOf, insertOrganization } from '../testing/world.ts'
import { listDeliveries } from './list-deliveries.ts'
import { openFanOutWorld } from './testing/fan-out-world.ts'

const all = {
  runId: '',
  projectName: '',
  workflowName: '',
  integrationName: '',
  cursor: '',
  limit: 0,
}

test('pages go from the newest to the oldest without gaps or repetitions', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.attach('two')
  for (let stored = 0; stored < 3; stored += 1) {
    await world.store()
  }
  const seen: string[] = []
  const page = async (cursor: string): Promise<string> => {
    const { deliveries, nextCursor } = await listDeliveries(world, world.operator, {
      ...all,
      cursor,
      limit: 4,
    })
    seen.push(...deliveries.map(({ id }) => id))
    return nextCursor
  }

  const next = await page('')
  expect(await page(next)).toBe('')

  const newestFirst = await world.db
    .selectFrom('deliveries')
    .select('id')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  expect(seen).toEqual(newestFirst.map(({ id }) => id))
})

test('the list narrows to a run, a workflow or an integration', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  await world.attach('two')
  const { runId } = await world.store()
  await world.store()
  const count = async (filter: Partial<typeof all>): Promise<number> =>
    (await listDeliveries(world, world.operator, { ...all, ...filter })).deliveries.length

  expect(await count({})).toBe(4)
  expect(await count({ runId })).toBe(2)
  expect(await count({ runId, integrationName: 'one' })).toBe(1)
  expect(await count({ projectName: 'shop', workflowName: 'build' })).toBe(4)
  await expect(count({ integrationName: 'nope' })).toFailWith('not_found')
  await expect(count({ workflowName: 'nope' })).toFailWith('not_found')
  await expect(count({ runId: "' or 1=1" })).toFailWith('not_found')
})

test('another organization sees none, and an attester may not look', async () => {
  await using world = await openFanOutWorld()
  await world.attach('one')
  const { runId } = await world.store()
  const stranger = actorOf(await insertOrganization(world.db, 'evil'), 'operator')

  expect((await listDeliveries(world, stranger, { ...all, runId })).deliveries).toEqual([])
  await expect(listDeliveries(world, actorOf(world.organization, 'attester'), all)).toFailWith(
    'forbidden',
  )
})

test.each([
  'x',
  Buffer.from('["a","b"]').toString('base64url'),
  Buffer.from('[1]').toString('base64url'),
])('a cursor that is none is refused: %s', async (cursor) => {
  await using world = await openFanOutWorld()

  await expect(listDeliveries(world, world.operator, { ...all, cursor })).toFailWith('invalid')
})
