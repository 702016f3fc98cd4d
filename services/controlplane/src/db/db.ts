import type { Kysely, Transaction } from 'kysely'

import type { Schema } from './schema.ts'

/** A connection or a transaction. Inside a transaction everything goes through it: PGlite has one connection. */
export type Db = Kysely<Schema> | Transaction<Schema>

/** Joins a running transaction, else opens one. */
export async function inTransaction<T>(
  db: Db,
  work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db as Transaction<Schema>) : db.transaction().execute(work)
}
