import type { Db } from '../db/db.ts'
import type { AppliedException, ExceptionUse } from './applied-exception.ts'
import * as decisions from './exception-decision-repo.ts'

export interface UsedIn {
  readonly organizationId: string
  readonly runId: string
}

export async function insert(
  tx: Db,
  { organizationId, runId }: UsedIn,
  uses: readonly ExceptionUse[],
): Promise<void> {
  if (uses.length === 0) return
  await tx
    .insertInto('policy_exception_uses')
    .values(
      uses.map(({ exceptionId, material, violations }) => ({
        organization_id: organizationId,
        run_id: runId,
        exception_id: exceptionId,
        material,
        violations: JSON.stringify(violations),
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/** What was taken into account when the run was judged, as it was asked for and approved. */
export async function exceptionsAppliedTo(
  db: Db,
  { organizationId, runId }: UsedIn,
): Promise<AppliedException[]> {
  const rows = await db
    .selectFrom('policy_exception_uses')
    .innerJoin('policy_exceptions', 'policy_exceptions.id', 'policy_exception_uses.exception_id')
    .where('policy_exception_uses.organization_id', '=', organizationId)
    .where('policy_exception_uses.run_id', '=', runId)
    .select([
      'policy_exceptions.id',
      'policy_exceptions.policy',
      'policy_exceptions.reason',
      'policy_exceptions.expires_at',
      'policy_exceptions.requested_by_name',
      'policy_exception_uses.material',
      'policy_exception_uses.violations',
    ])
    .orderBy('policy_exceptions.created_at')
    .orderBy('policy_exceptions.id')
    .orderBy('policy_exception_uses.material')
    .execute()
  const ids = [...new Set(rows.map(({ id }) => id))]
  const decided = await decisions.list(db, { organizationId, ids })
  return rows.map((row) => ({
    exceptionId: row.id,
    policy: row.policy,
    material: row.material,
    violations: row.violations,
    reason: row.reason,
    expiresAt: row.expires_at,
    requestedBy: row.requested_by_name,
    approvedBy: (decided.get(row.id) ?? [])
      .filter(({ kind }) => kind === 'approved')
      .map(({ decidedByName }) => decidedByName),
  }))
}

/** How many runs each of these was applied to. */
export async function countRuns(
  db: Db,
  { organizationId, ids }: { organizationId: string; ids: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('policy_exception_uses')
    .where('organization_id', '=', organizationId)
    .where('exception_id', 'in', ids)
    .select(['exception_id', (eb) => eb.fn.count<string>('run_id').distinct().as('runs')])
    .groupBy('exception_id')
    .execute()
  return new Map(rows.map((row) => [row.exception_id, Number(row.runs)]))
}
