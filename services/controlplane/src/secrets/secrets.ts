import { randomUUID } from 'node:crypto'

import { unavailable } from '@chainloop/kit/errors'

import type { Db } from '../db/db.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

/** The credentials that organizations give us, by the id that rows refer to them with. */
export interface Secrets {
  /** With an id, another value takes the place of the one that is there: whoever refers to it gets the new one. */
  save(db: Db, secret: NewSecret): Promise<string>
  /** Throws `unavailable` when it cannot be had. */
  read(db: Db, place: SecretPlace): Promise<Uint8Array>
  remove(db: Db, place: SecretPlace): Promise<void>
}

export interface NewSecret {
  readonly organizationId: string
  readonly id?: string | undefined
  readonly value: Uint8Array
}

/** The first store gets what is new; what the others have is still read, so that one can move from one to the other. */
export function createSecrets(stores: readonly [SecretStore, ...SecretStore[]]): Secrets {
  const [preferred] = stores

  async function storeOf(db: Db, { organizationId, id }: SecretPlace): Promise<SecretStore> {
    const row = await db
      .selectFrom('secrets')
      .select('store')
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .executeTakeFirst()
    const found = stores.find((store) => store.id === row?.store)
    if (!found) {
      throw unavailable(row ? `the secret is in ${row.store}` : 'the secret is not there', {
        reason: 'SECRET_UNAVAILABLE',
        ...(row ? { hint: `configure ${row.store}, too` } : {}),
      })
    }
    return found
  }

  return {
    async save(db, { organizationId, id = randomUUID(), value }) {
      const place = { organizationId, id }
      await remember(db, place, preferred.id)
      await preferred.save(place, value, db)
      return id
    },
    async read(db, place) {
      const value = await (await storeOf(db, place)).read(place, db)
      if (!value) throw unavailable('the secret is not there', { reason: 'SECRET_UNAVAILABLE' })
      return value
    },
    async remove(db, place) {
      await (await storeOf(db, place)).remove(place, db)
      await db
        .deleteFrom('secrets')
        .where('organization_id', '=', place.organizationId)
        .where('id', '=', place.id)
        .execute()
    },
  }
}

/** Before the store has it, so that none is there that we do not know of. */
async function remember(db: Db, { organizationId, id }: SecretPlace, store: string): Promise<void> {
  if (store === 'database') return
  const row = { store, sealed_key: null, sealed_value: null, updated_at: new Date() }
  await db
    .insertInto('secrets')
    .values({ id, organization_id: organizationId, ...row })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(row).where('secrets.organization_id', '=', organizationId),
    )
    .execute()
}
