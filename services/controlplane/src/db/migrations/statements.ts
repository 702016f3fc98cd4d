import { type Kysely, sql } from 'kysely'

/** Runs each statement on its own: PGlite's protocol takes one at a time. */
export async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await sql.raw(statement).execute(db)
  }
}
