import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { isBehind, type Position } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'
import type { Stored } from './references.ts'

export interface Retention {
  readonly projectName: string
  /** Artifacts that no attestation refers to; 0: for ever. */
  readonly keepDays: number
  readonly legalHold: boolean
  readonly updatedAt: Date
}

/** Absent: as it is. */
export interface RetentionChange {
  readonly keepDays?: number | undefined
  readonly legalHold?: boolean | undefined
}

export async function set(
  db: Db,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  { keepDays, legalHold }: RetentionChange,
): Promise<void> {
  const change = {
    ...(keepDays === undefined ? {} : { keep_days: keepDays }),
    ...(legalHold === undefined ? {} : { legal_hold: legalHold }),
    updated_at: new Date(),
  }
  await db
    .insertInto('retention_policies')
    .values({ project_id: projectId, organization_id: organizationId, ...change })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(change))
    .execute()
}

/** Oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  { organizationId }: { organizationId: string },
  { after, size }: CursorPage,
): Promise<(Retention & Position)[]> {
  const rows = await selectRetention(db, organizationId)
    .where(isBehind('p', after, 'oldest first'))
    .orderBy('p.created_at')
    .orderBy('p.id')
    .limit(size + 1)
    .execute()
  return rows.map((row) => ({ ...toRetention(row), createdAt: row.created_at, id: row.id }))
}

export async function find(
  db: Db,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<Retention | undefined> {
  const row = await selectRetention(db, organizationId)
    .where('r.project_id', '=', projectId)
    .executeTakeFirst()
  return row && toRetention(row)
}

function selectRetention(db: Db, organizationId: string) {
  return db
    .selectFrom('retention_policies as r')
    .innerJoin('projects as p', 'p.id', 'r.project_id')
    .where('r.organization_id', '=', organizationId)
    .where('p.organization_id', '=', organizationId)
    .select(['p.id', 'p.name', 'p.created_at', 'r.keep_days', 'r.legal_hold', 'r.updated_at'])
}

function toRetention(row: {
  readonly name: string
  readonly keep_days: number
  readonly legal_hold: boolean
  readonly updated_at: Date
}): Retention {
  return {
    projectName: row.name,
    keepDays: row.keep_days,
    legalHold: row.legal_hold,
    updatedAt: row.updated_at,
  }
}

/** Uploaded outside of a run, referred to by no attestation, of a project that keeps such things for so long only. */
function expired({ organizationId, backendId }: Stored) {
  return sql`m.organization_id = ${organizationId} and m.cas_backend_id = ${backendId}
    and m.run_id is null
    and exists (select 1 from retention_policies p
      where p.project_id = m.project_id and p.organization_id = m.organization_id
        and p.keep_days > 0 and not p.legal_hold
        and m.created_at < now() - p.keep_days * interval '1 day')
    and not exists (select 1 from referrers f
      where f.organization_id = m.organization_id and f.digest = m.digest)`
}

/** Takes the right to read them; the blobs go later, if nothing else keeps them. */
export async function releaseExpired(db: Db, stored: Stored): Promise<void> {
  await sql`delete from cas_mappings m where ${expired(stored)}`.execute(db)
}

export async function countExpired(db: Db, stored: Stored): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from cas_mappings m where ${expired(stored)}`.execute(db)
  return rows[0]?.count ?? 0
}
