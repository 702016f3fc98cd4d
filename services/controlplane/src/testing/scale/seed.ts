import { type Kysely, sql } from 'kysely'

import { indexes } from '../../db/migrations/indexes.ts'
import type { Schema } from '../../db/schema.ts'
import { COMPANY } from './company.ts'
import { EVIDENCE } from './evidence.ts'

export interface Scale {
  /** Over all organizations; the other tables grow with it. */
  readonly runs: number
  readonly organizations: number
}

/** Of the organization with the most runs: a third of all, if there are many. */
export interface Largest {
  readonly id: string
  readonly name: string
  readonly projectName: string
  readonly workflowName: string
  readonly groupName: string
  /** Of something that many attestations of the project are about. */
  readonly digest: string
}

/**
 * Fills an empty, migrated PostgreSQL database by `generate_series`, about a minute for a million runs. A third of the
 * runs is one organization's, a half of that one workflow's, and most organizations have few. Foreign keys and triggers
 * do not fire meanwhile, which takes a superuser.
 */
export async function seedScale(db: Kysely<Schema>, scale: Scale): Promise<Largest> {
  const dropped = await dropIndexes(db)
  await db.connection().execute(async (connection) => {
    await sql`set synchronous_commit = off`.execute(connection)
    await sql`set session_replication_role = replica`.execute(connection)
    await sql`select setseed(0.42)`.execute(connection)
    for (const statement of [...COMPANY, ...EVIDENCE]) {
      const text = statement
        .replaceAll('$organizations', String(scale.organizations))
        .replaceAll('$runs', String(scale.runs))
      await sql.raw(text).execute(connection)
    }
    await sql`set session_replication_role = origin`.execute(connection)
    await sql`set synchronous_commit = on`.execute(connection)
  })
  for (const [name, definition] of dropped) {
    await sql.raw(`create index ${name} on ${definition}`).execute(db)
  }
  await sql`vacuum analyze`.execute(db)
  return findLargest(db)
}

/** They are built faster when everything is there. Returns those that there were. */
async function dropIndexes(db: Kysely<Schema>): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await sql<{ name: string }>`
    select indexname as name from pg_indexes where schemaname = current_schema()`.execute(db)
  const there = new Set(rows.map(({ name }) => name))
  const found = Object.entries(indexes).filter(([name]) => there.has(name))
  for (const [name] of found) await sql`drop index ${sql.ref(name)}`.execute(db)
  return found
}

export async function findLargest(db: Kysely<Schema>): Promise<Largest> {
  const { rows } = await sql<Largest>`
    select o.id, o.name, 'project-1' as "projectName", 'workflow-1' as "workflowName", 'group-1' as "groupName",
      'sha256:' || encode(sha256((p.id::text || 0)::bytea), 'hex') as digest
    from organizations as o join projects as p on p.organization_id = o.id and p.name = 'project-1'
    where o.name = 'organization-1'`.execute(db)
  const [largest] = rows
  if (!largest) throw new Error('nothing was seeded')
  return largest
}
