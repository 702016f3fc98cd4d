import { randomBytes, randomUUID } from 'node:crypto'

import { keyIdOf, sealingKey } from '@chainloop/kit/secrets/seal'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { type Db, inTransaction } from '../db/db.ts'
import { openTestDatabase } from '../testing/database.ts'
import { insertOrganization } from '../testing/world.ts'
import { databaseStore } from './database-store.ts'
import { forgetUnusedSecrets } from './forget-unused-secrets.ts'
import { rewrapSecrets } from './rewrap-secrets.ts'
import type { SecretStore } from './secret-store.ts'
import { createSecrets } from './secrets.ts'
import { describeSecretStore } from './testing/secret-store-contract.ts'

const key = sealingKey(randomBytes(32))

describeSecretStore('database', async () => ({
  store: databaseStore([key]),
  [Symbol.asyncDispose]: async () => {},
}))

const stack = new AsyncDisposableStack()
let db: Db
let organizationId: string

beforeAll(async () => {
  ;({ db } = stack.use(await openTestDatabase()))
  organizationId = (await insertOrganization(db, 'secretive')).id
})
afterAll(() => stack.disposeAsync())

const value = Buffer.from('{"password":"hunter2"}')

/** One that keeps values in memory, as an outside service does. */
function outside(): SecretStore & { readonly values: Map<string, Uint8Array> } {
  const values = new Map<string, Uint8Array>()
  return {
    id: 'outside',
    values,
    save: async ({ id }, given) => void values.set(id, given),
    read: async ({ id }) => values.get(id),
    remove: async ({ id }) => void values.delete(id),
    check: async () => {},
  }
}

test('nothing of a value can be seen in its row, and it opens in no other row', async () => {
  const secrets = createSecrets([databaseStore([key])])
  const id = await secrets.save(db, { organizationId, value })
  const other = await secrets.save(db, { organizationId, value })
  const row = await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirst()

  expect(Buffer.from(row?.sealed_value ?? []).includes('hunter2')).toBe(false)
  await db
    .updateTable('secrets')
    .set({ sealed_key: row?.sealed_key ?? null, sealed_value: row?.sealed_value ?? null })
    .where('id', '=', other)
    .execute()
  await expect(secrets.read(db, { organizationId, id: other })).toFailWith('invalid')
  await secrets.remove(db, { organizationId, id: other })
})

test('the secrets of another organization are not there', async () => {
  const secrets = createSecrets([databaseStore([key])])
  const id = await secrets.save(db, { organizationId, value })
  const foreign = { organizationId: (await insertOrganization(db, 'nosy')).id, id }

  await expect(secrets.read(db, foreign)).toFailWith('unavailable')
  await expect(secrets.remove(db, foreign)).toFailWith('unavailable')
  await expect(secrets.save(db, { ...foreign, value })).rejects.toThrow('somebody else')
  expect(Buffer.from(await secrets.read(db, { organizationId, id }))).toEqual(value)
})

test('after the rewrapping the old key is not needed any more, and values stay what they are', async () => {
  const next = sealingKey(randomBytes(32))
  const secrets = createSecrets([databaseStore([key])])
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await secrets.save(db, { organizationId, value }))
  const before = await sealedValues()

  const changed = await rewrapSecrets(db, [next, key])

  expect(changed).toBeGreaterThanOrEqual(5)
  expect(await rewrapSecrets(db, [next, key])).toBe(0)
  const fresh = createSecrets([databaseStore([next])])
  for (const id of ids) {
    expect(Buffer.from(await fresh.read(db, { organizationId, id }))).toEqual(value)
  }
  expect(await sealedValues()).toEqual(before)
  const rows = await db.selectFrom('secrets').select('sealed_key').execute()
  const keyIds = rows.map((row) => keyIdOf(row.sealed_key ?? new Uint8Array()))
  expect(new Set(keyIds)).toEqual(new Set([next.id]))
})

async function sealedValues(): Promise<string[]> {
  const rows = await db.selectFrom('secrets').select('sealed_value').orderBy('id').execute()
  return rows.map((row) => Buffer.from(row.sealed_value ?? []).toString('hex'))
}

test('one can move to another store: what is old is read where it is, what is new goes there', async () => {
  const vault = outside()
  const old = createSecrets([databaseStore([key])])
  const moved = createSecrets([vault, databaseStore([key])])
  const id = await old.save(db, { organizationId, value })

  expect(Buffer.from(await moved.read(db, { organizationId, id }))).toEqual(value)
  await moved.save(db, { organizationId, id, value: Buffer.from('rotated') })

  expect(vault.values.get(id)?.toString()).toBe('rotated')
  expect(
    await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirst(),
  ).toMatchObject({ store: 'outside', sealed_key: null, sealed_value: null })
  await expect(old.read(db, { organizationId, id })).toFailWith('unavailable', 'outside')
})

test('what nothing refers to is forgotten after an hour, in the outside store as well', async () => {
  const vault = outside()
  const secrets = createSecrets([vault])
  const used = await secrets.save(db, { organizationId, value })
  const unused = await secrets.save(db, { organizationId, value })
  await db
    .updateTable('cas_backends')
    .set({ secret_id: used })
    .where('organization_id', '=', organizationId)
    .where('name', '=', 'filesystem')
    .execute()
  const ours = createSecrets([vault, databaseStore([key])])

  await forgetUnusedSecrets({ db, secrets: ours })
  expect([...vault.values.keys()]).toEqual([used, unused])
  await forgetUnusedSecrets({ db, secrets: ours }, new Date(Date.now() + 2 * 3_600_000))

  expect([...vault.values.keys()]).toEqual([used])
})

test('a secret that is saved in a transaction is there exactly if that is committed', async () => {
  const secrets = createSecrets([databaseStore([key])])
  const id = randomUUID()
  const failing = inTransaction(db, async (tx) => {
    await secrets.save(tx, { organizationId, id, value })
    throw new Error('rolled back')
  })
  await expect(failing).rejects.toThrow('rolled back')

  await expect(secrets.read(db, { organizationId, id })).toFailWith('unavailable')
})
