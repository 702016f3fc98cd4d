import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'

/** The right of a project to read a digest, and where its bytes are. */
export interface CasMapping {
  readonly organizationId: string
  readonly projectId: string
  readonly backendId: string
  readonly runId: string | undefined
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly fileName: string
}

/**
 * A project that has a mapping already keeps it; a run that attests it is remembered with it. Fails with a
 * serialization failure when the blob is being removed.
 */
export async function insertMissing(tx: Db, mappings: readonly CasMapping[]): Promise<void> {
  if (mappings.length === 0) return
  await tx
    .insertInto('cas_mappings')
    .values(
      mappings.map((mapping) => ({
        organization_id: mapping.organizationId,
        project_id: mapping.projectId,
        cas_backend_id: mapping.backendId,
        run_id: mapping.runId ?? null,
        digest: mapping.digest,
        size: mapping.size,
        file_name: mapping.fileName,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'project_id', 'cas_backend_id', 'digest'])
        .doUpdateSet({ run_id: sql`coalesce(cas_mappings.run_id, excluded.run_id)` }),
    )
    .execute()
}

export interface MappingSearch {
  readonly organizationId: string
  readonly digest: string
  /** Undefined: every project of the organization. */
  readonly projectIds: readonly string[] | undefined
}

/** The best place to read a digest from: the default backend first, then the oldest mapping. */
export async function find(db: Db, search: MappingSearch): Promise<CasMapping | undefined> {
  const { organizationId, digest, projectIds } = search
  const row = await db
    .selectFrom('cas_mappings')
    .innerJoin('cas_backends', 'cas_backends.id', 'cas_mappings.cas_backend_id')
    .selectAll('cas_mappings')
    .where('cas_mappings.organization_id', '=', organizationId)
    .where('cas_backends.deleted_at', 'is', null)
    .where('cas_mappings.digest', '=', digest)
    .where(inProjects('cas_mappings.project_id', projectIds))
    .orderBy('cas_backends.is_default', 'desc')
    .orderBy('cas_mappings.created_at')
    .orderBy('cas_mappings.id')
    .executeTakeFirst()
  return (
    row && {
      organizationId: row.organization_id,
      projectId: row.project_id,
      backendId: row.cas_backend_id,
      runId: row.run_id ?? undefined,
      digest: row.digest,
      size: row.size,
      fileName: row.file_name,
    }
  )
}

/** Of the digests asked for, those that somebody who sees these projects may read. */
export async function listReadable(
  db: Db,
  { organizationId, projectIds }: Omit<MappingSearch, 'digest'>,
  digests: readonly string[],
): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set()
  const rows = await db
    .selectFrom('cas_mappings')
    .innerJoin('cas_backends', 'cas_backends.id', 'cas_mappings.cas_backend_id')
    .select('cas_mappings.digest')
    .distinct()
    .where('cas_mappings.organization_id', '=', organizationId)
    .where('cas_backends.deleted_at', 'is', null)
    .where('cas_mappings.digest', 'in', digests)
    .where(inProjects('cas_mappings.project_id', projectIds))
    .execute()
  return new Set(rows.map(({ digest }) => digest))
}
