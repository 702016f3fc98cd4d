import type { Db } from '../db/db.ts'
import type { ExceptionDecision } from './policy-exception.ts'

interface ExceptionReference {
  readonly organizationId: string
  readonly id: string
}

/** False: the same actor has decided the same already. */
export async function insert(
  tx: Db,
  { organizationId, id }: ExceptionReference,
  decision: Omit<ExceptionDecision, 'decidedAt'>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto('policy_exception_decisions')
    .values({
      organization_id: organizationId,
      exception_id: id,
      kind: decision.kind,
      decided_by: decision.decidedBy,
      decided_by_name: decision.decidedByName,
      comment: decision.comment,
    })
    .onConflict((oc) => oc.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** Of these exceptions, each oldest first. */
export async function list(
  db: Db,
  { organizationId, ids }: { organizationId: string; ids: readonly string[] },
): Promise<ReadonlyMap<string, readonly ExceptionDecision[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('policy_exception_decisions')
    .where('organization_id', '=', organizationId)
    .where('exception_id', 'in', ids)
    .selectAll()
    .orderBy('created_at')
    .orderBy('decided_by')
    .execute()
  const groups = Map.groupBy(rows, (row) => row.exception_id)
  return new Map(
    [...groups].map(([id, group]) => [
      id,
      group.map((row) => ({
        kind: row.kind,
        decidedBy: row.decided_by,
        decidedByName: row.decided_by_name,
        comment: row.comment,
        decidedAt: row.created_at,
      })),
    ]),
  )
}
