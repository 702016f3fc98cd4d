import { expect, test } from '@jest/globals'

import { createDeliveryQueues, deliveriesQueue } from '../deliveries/queue.ts'
import { openTestDatabase } from './database.ts'
import { openTestQueue } from './queue.ts'
import { insertOrganization } from './world.ts'

test('what a test gives back is empty for the next one, also of what cannot be deleted', async () => {
  const use = async (): Promise<object> => {
    await using database = await openTestDatabase()
    await using queue = await openTestQueue(database)
    const { db } = database
    const found = {
      organizations: await db.selectFrom('organizations').selectAll().execute(),
      audit: await db.selectFrom('audit_entries').selectAll().execute(),
      queue: await queue.getQueue(deliveriesQueue),
    }
    const { id } = await insertOrganization(db, 'acme')
    await db
      .insertInto('audit_entries')
      .values({
        organization_id: id,
        actor_kind: 'service',
        actor_id: 's',
        actor_name: 's',
        action: 'x.y',
        target_type: 'x',
        target_id: '1',
      })
      .execute()
    await createDeliveryQueues(queue)
    await queue.insert(deliveriesQueue, [{ data: {} }])
    return found
  }
  const empty = { organizations: [], audit: [], queue: null }

  expect(await use()).toEqual(empty)
  expect(await use()).toEqual(empty)
})

test('two tests at once have a database each', async () => {
  await using one = await openTestDatabase()
  await using other = await openTestDatabase()

  await insertOrganization(one.db, 'acme')

  expect(await other.db.selectFrom('organizations').selectAll().execute()).toEqual([])
})
