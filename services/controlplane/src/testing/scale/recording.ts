import type { CompiledQuery } from 'kysely'

import { type Database, openDatabase } from '../../db/open-database.ts'

export interface Recorded {
  readonly query: CompiledQuery
  /** As the driver saw it. */
  readonly milliseconds: number
}

export interface Recording extends Database {
  /** What was asked since the last time. */
  take(): Recorded[]
}

/** A database on a server that remembers what it was asked. */
export async function recordQueries(url: string): Promise<Recording> {
  const recorded: Recorded[] = []
  const database = await openDatabase({
    url,
    poolSize: 2,
    log({ query, queryDurationMillis: milliseconds }) {
      recorded.push({ query, milliseconds })
    },
  })
  return { ...database, take: () => recorded.splice(0) }
}
