import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { Position } from '../db/position.ts'
import type { VerificationSummaryRow } from '../db/provenance-schema.ts'
import type { Summary, SummaryResult } from './summary.ts'

export type NewSummary = Omit<Summary, 'id' | 'createdAt'>

export async function insert(tx: Db, one: NewSummary): Promise<Summary> {
  const row = await tx
    .insertInto('verification_summaries')
    .values({
      organization_id: one.organizationId,
      project_id: one.projectId,
      run_id: one.runId,
      subject_digest: one.subjectDigest,
      subject_name: one.subjectName,
      resource_uri: one.resourceUri,
      result: one.result,
      verified_levels: [...one.verifiedLevels],
      reasons: JSON.stringify(one.reasons),
      bundle: one.bundle,
      bundle_digest: one.bundleDigest,
      envelope: one.envelope,
      envelope_digest: one.envelopeDigest,
      verified_at: one.verifiedAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toSummary(row)
}

/** Empty and undefined: all. */
export interface SummaryFilter {
  readonly organizationId: string
  readonly projectIds: readonly string[] | undefined
  readonly digest: string
  readonly runId: string
  readonly result: SummaryResult | undefined
  readonly after?: Position | undefined
  readonly limit: number
}

/** Newest first. */
export async function list(db: Db, filter: SummaryFilter): Promise<Summary[]> {
  const { digest, runId, result, after } = filter
  const rows = await db
    .selectFrom('verification_summaries')
    .selectAll()
    .where('organization_id', '=', filter.organizationId)
    .where((where) =>
      where.and([
        inProjects('project_id', filter.projectIds),
        ...(digest === '' ? [] : [where('subject_digest', '=', digest)]),
        ...(runId === '' ? [] : [where('run_id', '=', runId)]),
        ...(result === undefined ? [] : [where('result', '=', result)]),
        ...(after === undefined
          ? []
          : [
              where(
                where.refTuple('created_at', 'id'),
                '<',
                where.tuple(after.createdAt, after.id),
              ),
            ]),
      ]),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute()
  return rows.map(toSummary)
}

function toSummary(row: Selectable<VerificationSummaryRow>): Summary {
  return {
    id: row.id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    runId: row.run_id,
    subjectDigest: row.subject_digest,
    subjectName: row.subject_name,
    resourceUri: row.resource_uri,
    result: row.result,
    verifiedLevels: row.verified_levels,
    reasons: row.reasons,
    verifiedAt: row.verified_at,
    bundle: row.bundle,
    bundleDigest: row.bundle_digest,
    envelope: row.envelope,
    envelopeDigest: row.envelope_digest,
    createdAt: row.created_at,
  }
}
