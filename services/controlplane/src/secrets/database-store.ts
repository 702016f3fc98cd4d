import { randomBytes } from 'node:crypto'

import { keyIdOf, open, seal, sealingKey } from '@chainloop/kit/secrets/seal'

import type { Db } from '../db/db.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

export const DATABASE_STORE = 'database'

/**
 * Sealed in the database: each value by a key of its own, which is sealed by ours. Both are bound to their place.
 * Joins the transaction of what refers to the secret.
 */
export function databaseStore(keys: SealingKeys): SecretStore {
  return {
    id: DATABASE_STORE,
    async save({ organizationId, id }, value, db) {
      const row = { store: DATABASE_STORE, ...sealed(keys, { organizationId, id }, value) }
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('secrets')
        .values({ id, organization_id: organizationId, ...row })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ ...row, updated_at: new Date() })
            .where('secrets.organization_id', '=', organizationId),
        )
        .executeTakeFirst()
      if (numInsertedOrUpdatedRows === 0n) throw new Error(`secret ${id} is somebody else's`)
    },
    async read(place, db) {
      const row = await find(db, place)
      if (!row?.sealed_key || !row.sealed_value) return undefined
      const own = sealingKey(open(keys, row.sealed_key, keyPlace(place)))
      return open([own], row.sealed_value, valuePlace(place))
    },
    // The row goes with the list of secrets.
    remove: async () => {},
    check: async () => {},
  }
}

function sealed(
  [key]: SealingKeys,
  place: SecretPlace,
  value: Uint8Array,
): { readonly sealed_key: Uint8Array; readonly sealed_value: Uint8Array } {
  const own = randomBytes(32)
  return {
    sealed_key: seal(key, own, keyPlace(place)),
    sealed_value: seal(sealingKey(own), value, valuePlace(place)),
  }
}

/** Seals the key of a value with the newest of ours. False: it is sealed with that already, or is not here any more. */
export async function rewrap(db: Db, keys: SealingKeys, place: SecretPlace): Promise<boolean> {
  const row = await find(db, place)
  if (!row?.sealed_key || keyIdOf(row.sealed_key) === keys[0].id) return false
  const own = open(keys, row.sealed_key, keyPlace(place))
  const { numUpdatedRows } = await db
    .updateTable('secrets')
    .set({ sealed_key: seal(keys[0], own, keyPlace(place)) })
    .where('organization_id', '=', place.organizationId)
    .where('id', '=', place.id)
    // Not over one that was saved meanwhile.
    .where('sealed_key', '=', row.sealed_key)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function find(db: Db, { organizationId, id }: SecretPlace) {
  return db
    .selectFrom('secrets')
    .select(['sealed_key', 'sealed_value'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst()
}

function keyPlace({ organizationId, id }: SecretPlace): string {
  return `secret-key:${organizationId}/${id}`
}

function valuePlace({ organizationId, id }: SecretPlace): string {
  return `secret:${organizationId}/${id}`
}
