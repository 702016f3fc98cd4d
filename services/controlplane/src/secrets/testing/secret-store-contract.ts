import { randomBytes, randomUUID } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import type { Db } from '../../db/db.ts'
import { openTestDatabase } from '../../testing/database.ts'
import { insertOrganization } from '../../testing/world.ts'
import type { SecretPlace, SecretStore } from '../secret-store.ts'

export interface OpenStore extends AsyncDisposable {
  readonly store: SecretStore
}

/** What every store must do. */
export function describeSecretStore(name: string, open: () => Promise<OpenStore>): void {
  describe(`secret store (${name})`, () => {
    const stack = new AsyncDisposableStack()
    let db: Db
    let store: SecretStore
    let organizationId: string
    const place = (): SecretPlace => ({ organizationId, id: randomUUID() })

    beforeAll(async () => {
      ;({ db } = stack.use(await openTestDatabase()))
      ;({ store } = stack.use(await open()))
      organizationId = (await insertOrganization(db, 'acme')).id
    })
    afterAll(() => stack.disposeAsync())

    test('it can be used', async () => {
      await expect(store.check()).resolves.toBeUndefined()
    })

    test.each([
      ['text', Buffer.from('{"password":"pässwörd ☃"}')],
      ['nothing', Buffer.alloc(0)],
      ['any bytes', randomBytes(300)],
      ['a long value', Buffer.alloc(15_000, 'x')],
    ])('%s comes back as it was', async (_what, value) => {
      const one = place()
      await store.save(one, value, db)

      expect(Buffer.from((await store.read(one, db)) ?? [])).toEqual(value)
    })

    test('another value takes the place of the first', async () => {
      const one = place()
      await store.save(one, Buffer.from('old'), db)
      await store.save(one, Buffer.from('new'), db)

      expect(Buffer.from((await store.read(one, db)) ?? []).toString()).toBe('new')
    })

    test('places are apart, those of other organizations too', async () => {
      const one = place()
      const foreign = { ...one, organizationId: (await insertOrganization(db, randomUUID())).id }
      await store.save(one, Buffer.from('mine'), db)

      expect(await store.read(place(), db)).toBeUndefined()
      expect(await store.read(foreign, db)).toBeUndefined()
    })

    test('what is removed is gone, once and again', async () => {
      const one = place()
      await store.save(one, Buffer.from('x'), db)
      await store.remove(one, db)
      await store.remove(one, db)
      await db.deleteFrom('secrets').where('id', '=', one.id).execute()

      expect(await store.read(one, db)).toBeUndefined()
    })
  })
}
