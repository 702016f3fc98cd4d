import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import type { Schema } from '../db/schema.ts'
import type { Delivery, DeliveryAttempt, DeliveryState } from './delivery.ts'

/** Of the last row shown. */
export interface Position {
  readonly createdAt: Date
  readonly id: string
}

export interface Narrowed {
  readonly id?: string
  readonly runId?: string
  readonly workflowId?: string
  readonly integrationId?: string
  readonly attachmentId?: string
  readonly replayId?: string
  readonly state?: DeliveryState
  readonly since?: Date
  readonly changedSince?: Date
}

export interface ListQuery extends Narrowed {
  readonly organizationId: string
  /** Undefined: all. */
  readonly projectIds: readonly string[] | undefined
  readonly after: Position | undefined
  readonly limit: number
}

/** Newest first, each with its attempts. */
export async function list(db: Db, query: ListQuery): Promise<Delivery[]> {
  const rows = await deliveryRows(db, query)
  const attempts = await attemptsOf(db, {
    organizationId: query.organizationId,
    deliveryIds: rows.map(({ id }) => id),
  })
  return rows.map((row) => ({
    id: row.id,
    integrationName: row.integration_name,
    pluginId: row.plugin_id,
    attachmentId: row.attachment_id,
    runId: row.run_id,
    attestationDigest: row.digest,
    workflowName: row.workflow_name,
    projectName: row.project_name,
    state: row.state,
    generation: row.generation,
    held: row.held,
    nextAttemptAt: row.state === 'pending' ? (row.next_attempt_at ?? undefined) : undefined,
    idempotencyKey: row.idempotency_key,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    finishedAt: row.finished_at ?? undefined,
    attempts: attempts.get(row.id) ?? [],
  }))
}

function deliveryRows(
  db: Db,
  { organizationId, projectIds, after, limit, ...narrowed }: ListQuery,
) {
  return db
    .selectFrom('deliveries as d')
    .innerJoin('projects as p', 'p.id', 'd.project_id')
    .innerJoin('workflows as w', 'w.id', 'd.workflow_id')
    .innerJoin('attestations as t', 't.id', 'd.attestation_id')
    .innerJoin('integrations as i', 'i.id', 'd.integration_id')
    .where('d.organization_id', '=', organizationId)
    .where(inProjects('d.project_id', projectIds))
    .where((eb) => eb.and(conditions(eb, narrowed)))
    .$if(after !== undefined, (q) =>
      q.where(
        sql<boolean>`(d.created_at, d.id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .select([
      'd.id',
      'd.attachment_id',
      'd.run_id',
      'd.state',
      'd.generation',
      'd.held',
      'd.next_attempt_at',
      'd.idempotency_key',
      'd.created_at',
      'd.changed_at',
      'd.finished_at',
      'p.name as project_name',
      'w.name as workflow_name',
      't.digest',
      'i.name as integration_name',
      'i.plugin_id',
    ])
    .orderBy('d.created_at', 'desc')
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
}

const columns = {
  id: 'd.id',
  runId: 'd.run_id',
  workflowId: 'd.workflow_id',
  integrationId: 'd.integration_id',
  attachmentId: 'd.attachment_id',
  replayId: 'd.replay_id',
  state: 'd.state',
} as const

type Columns = ExpressionBuilder<Schema & { d: Schema['deliveries'] }, 'd'>

function conditions(
  eb: Columns,
  { since, changedSince, ...equal }: Narrowed,
): Expression<SqlBool>[] {
  const found: Expression<SqlBool>[] = []
  for (const name of Object.keys(columns) as (keyof typeof columns)[]) {
    const wanted = equal[name]
    if (wanted !== undefined) found.push(sql<SqlBool>`${sql.ref(columns[name])} = ${wanted}`)
  }
  if (since) found.push(eb('d.created_at', '>=', since))
  if (changedSince) found.push(eb('d.changed_at', '>', changedSince))
  return found
}

async function attemptsOf(
  db: Db,
  { organizationId, deliveryIds }: { organizationId: string; deliveryIds: readonly string[] },
): Promise<Map<string, DeliveryAttempt[]>> {
  if (deliveryIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('delivery_attempts')
    .where('organization_id', '=', organizationId)
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('number')
    .selectAll()
    .execute()
  return Map.groupBy(
    rows.map((row) => ({
      deliveryId: row.delivery_id,
      number: row.number,
      startedAt: row.started_at,
      durationMs: row.duration_ms,
      outcome: row.outcome,
      responseCode: row.response_code,
      detail: row.detail,
    })),
    ({ deliveryId }) => deliveryId,
  )
}
