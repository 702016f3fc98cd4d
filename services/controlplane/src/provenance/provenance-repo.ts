import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'
import { sql, type Selectable } from 'kysely'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { ProvenanceRow } from '../db/provenance-schema.ts'
import type { CursorPage } from '../pages.ts'
import type { RunReference } from '../runs/run-repo.ts'
import type { IssuedProvenance, ProvenanceSubject, RunProvenance } from './provenance.ts'

export interface NewProvenance {
  readonly organizationId: string
  readonly projectId: string
  readonly projectVersionId: string
  readonly runId: string
  readonly subjects: readonly ProvenanceSubject[]
}

/** Who wants a version released. */
export type Releaser = Pick<Actor, 'kind' | 'id' | 'name'>

interface VersionReference {
  readonly organizationId: string
  readonly projectVersionId: string
}

/** With the transaction that stores the attestation: stored without a provenance or a visible wait for it, no run is. */
export async function insertPending(tx: Db, one: NewProvenance): Promise<void> {
  const { organizationId, runId, subjects } = one
  await tx
    .insertInto('provenances')
    .values({
      run_id: runId,
      organization_id: organizationId,
      project_id: one.projectId,
      project_version_id: one.projectVersionId,
      subjects: JSON.stringify(subjects),
    })
    .execute()
  await tx
    .insertInto('provenance_subjects')
    .values(
      subjects.map(({ digest }) => ({ organization_id: organizationId, run_id: runId, digest })),
    )
    .execute()
}

export async function find(
  db: Db,
  { organizationId, id }: RunReference,
): Promise<RunProvenance | undefined> {
  const row = await db
    .selectFrom('provenances')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .executeTakeFirst()
  return row && toProvenance(row)
}

/** Of every run that made the artifact, newest first. */
export async function listBySubject(
  db: Db,
  wanted: {
    readonly organizationId: string
    readonly projectIds: readonly string[] | undefined
    readonly digest: string
  },
  { after, size }: CursorPage,
): Promise<(RunProvenance & { readonly id: string })[]> {
  const rows = await db
    .selectFrom('provenances')
    .innerJoin('provenance_subjects', (join) =>
      join
        .onRef('provenance_subjects.run_id', '=', 'provenances.run_id')
        .onRef('provenance_subjects.organization_id', '=', 'provenances.organization_id'),
    )
    .where('provenance_subjects.organization_id', '=', wanted.organizationId)
    .where('provenance_subjects.digest', '=', wanted.digest)
    .where(inProjects('provenances.project_id', wanted.projectIds))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(provenances.created_at, provenances.run_id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .selectAll('provenances')
    .orderBy('provenances.created_at', 'desc')
    .orderBy('provenances.run_id', 'desc')
    .limit(size + 1)
    .execute()
  return rows.map((row) => ({ ...toProvenance(row), id: row.run_id }))
}

/** Keeps the bundle. False: another replica was faster. */
export async function keepIssued(
  tx: Db,
  { organizationId, id }: RunReference,
  issued: IssuedProvenance,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('provenances')
    .set({
      state: 'signed',
      bundle: issued.bundle,
      digest: issued.digest,
      build_level: issued.level,
      level_reason: issued.levelReason,
      builder_id: issued.builderId,
      issued_at: issued.issuedAt,
      last_error: '',
    })
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Who asked for the version to be released with it. */
export async function releaserOf(
  tx: Db,
  { organizationId, id }: RunReference,
): Promise<Releaser | undefined> {
  const row = await tx
    .selectFrom('provenances')
    .select('released_by')
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .executeTakeFirst()
  // Written by `releaseWhenIssued` and by nobody else.
  return (row?.released_by ?? undefined) as Releaser | undefined
}

/** Nothing is left to do. */
export async function finish(tx: Db, { organizationId, id }: RunReference): Promise<void> {
  await tx
    .updateTable('provenances')
    .set({ state: 'summarized', last_error: '' })
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .where('state', '=', 'signed')
    .execute()
}

/** Every run of the version that waits remembers it; false: none waits. */
export async function releaseWhenIssued(
  tx: Db,
  { organizationId, projectVersionId }: VersionReference,
  { kind, id, name }: Releaser,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('provenances')
    .set({ released_by: JSON.stringify({ kind, id, name }) })
    .where('organization_id', '=', organizationId)
    .where('project_version_id', '=', projectVersionId)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** What went wrong, for who looks at what is pending; the next attempt comes by itself. */
export async function recordFailure(
  db: Db,
  { organizationId, id }: RunReference,
  error: string,
): Promise<void> {
  await db
    .updateTable('provenances')
    .set({ last_error: error.slice(0, 1000) })
    .where('organization_id', '=', organizationId)
    .where('run_id', '=', id)
    .where('state', '<>', 'summarized')
    .execute()
}

function toProvenance(row: Selectable<ProvenanceRow>): RunProvenance {
  return {
    organizationId: row.organization_id,
    projectId: row.project_id,
    projectVersionId: row.project_version_id,
    runId: row.run_id,
    subjects: row.subjects,
    issued: toIssued(row),
    isDue: row.state !== 'summarized',
    lastError: row.last_error,
    createdAt: row.created_at,
  }
}

function toIssued(row: Selectable<ProvenanceRow>): IssuedProvenance | undefined {
  const { bundle, digest, build_level: level, issued_at: issuedAt } = row
  if (bundle === null || digest === null || issuedAt === null) return undefined
  return {
    bundle,
    digest,
    // Written by `keepIssued` and by nobody else.
    level: level as BuildLevel,
    levelReason: row.level_reason,
    builderId: row.builder_id,
    issuedAt,
  }
}

/** Seconds until the next attempt: 1, 2, 4 … up to an hour. */
export const BACKOFF = sql<Date>`now() + least(3600, power(2, least(attempts, 12))) * interval '1 second'`
