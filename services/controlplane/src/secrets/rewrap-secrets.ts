import type { Db } from '../db/db.ts'
import { inTransaction } from '../db/db.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import { DATABASE_STORE, rewrap } from './database-store.ts'
import type { SecretPlace } from './secret-store.ts'

const PAGE = 100

/**
 * Seals the keys of all secrets in the database with the newest sealing key, so that the older ones can be thrown away.
 * May be repeated, and run while servers are up. Returns how many it changed.
 */
export async function rewrapSecrets(db: Db, keys: SealingKeys): Promise<number> {
  let changed = 0
  let after = ''
  for (;;) {
    const page = await places(db, after)
    for (const place of page) {
      if (await inTransaction(db, (tx) => rewrap(tx, keys, place))) changed += 1
    }
    const last = page.at(-1)
    if (!last) return changed
    after = last.id
  }
}

async function places(db: Db, after: string): Promise<SecretPlace[]> {
  const rows = await db
    .selectFrom('secrets')
    .select(['id', 'organization_id'])
    .where('store', '=', DATABASE_STORE)
    .$if(after !== '', (query) => query.where('id', '>', after))
    .orderBy('id')
    .limit(PAGE)
    .execute()
  return rows.map((row) => ({ organizationId: row.organization_id, id: row.id }))
}
