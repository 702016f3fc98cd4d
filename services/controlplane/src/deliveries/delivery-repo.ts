import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { DeliveryState, Hold } from './delivery.ts'
import type { StoredAttestation } from './enqueue-deliveries.ts'

export interface NewDelivery {
  readonly attachmentId: string
  readonly integrationId: string
  readonly orderKey: string
  readonly held: Hold
  readonly generation: number
  /** Undefined: queued by `Store`. */
  readonly replayId?: string
}

export interface InsertedDelivery {
  readonly id: string
  readonly jobId: string
  readonly integrationId: string
  readonly held: Hold
}

/** Again for the same attestation and generation gives none. */
export async function insertAll(
  db: Db,
  attestation: StoredAttestation,
  wanted: readonly NewDelivery[],
): Promise<InsertedDelivery[]> {
  if (wanted.length === 0) return []
  const rows = await db
    .insertInto('deliveries')
    .values(
      wanted.map((one) => ({
        organization_id: attestation.organizationId,
        project_id: attestation.projectId,
        workflow_id: attestation.workflowId,
        run_id: attestation.runId,
        attestation_id: attestation.id,
        attachment_id: one.attachmentId,
        integration_id: one.integrationId,
        order_key: one.orderKey,
        held: one.held,
        generation: one.generation,
        replay_id: one.replayId ?? null,
      })),
    )
    .onConflict((oc) => oc.columns(['attachment_id', 'attestation_id', 'generation']).doNothing())
    .returning(['id', 'job_id', 'integration_id', 'held'])
    .execute()
  return rows.map((row) => ({
    id: row.id,
    jobId: row.job_id,
    integrationId: row.integration_id,
    held: row.held,
  }))
}

export interface LockedDelivery {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly attachmentId: string
  readonly integrationId: string
  readonly orderKey: string
  readonly jobId: string
  readonly state: DeliveryState
  readonly held: Hold
}

/** Nobody else changes it until the transaction ends. */
export async function lock(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<LockedDelivery | undefined> {
  const [row] = await lockAll(db, { organizationIds: [organizationId], ids: [id] })
  return row
}

/** In one order everywhere. */
export async function lockAll(
  db: Db,
  { organizationIds, ids }: { organizationIds: readonly string[]; ids: readonly string[] },
): Promise<LockedDelivery[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('deliveries')
    .where('organization_id', 'in', organizationIds)
    .where('id', 'in', ids)
    .select([
      'id',
      'organization_id',
      'project_id',
      'attachment_id',
      'integration_id',
      'order_key',
      'job_id',
      'state',
      'held',
    ])
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map((row) => ({
    id: row.id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    attachmentId: row.attachment_id,
    integrationId: row.integration_id,
    orderKey: row.order_key,
    jobId: row.job_id,
    state: row.state,
    held: row.held,
  }))
}

/** Pending again, for a new job; returns its id. */
export async function reopen(
  db: Db,
  { organizationId, id, held }: { organizationId: string; id: string; held: Hold },
): Promise<string> {
  const row = await db
    .updateTable('deliveries')
    .set({
      held,
      state: 'pending',
      finished_at: null,
      next_attempt_at: null,
      changed_at: new Date(),
      job_id: sql<string>`gen_random_uuid()`,
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returning('job_id')
    .executeTakeFirstOrThrow()
  return row.job_id
}

interface Which {
  readonly organizationIds: readonly string[]
  readonly ids: readonly string[]
}

export async function finishAll(
  db: Db,
  { organizationIds, ids }: Which,
  state: Exclude<DeliveryState, 'pending'>,
): Promise<void> {
  if (ids.length === 0) return
  const now = new Date()
  await db
    .updateTable('deliveries')
    .set({ state, held: '', finished_at: now, changed_at: now, next_attempt_at: null })
    .where('organization_id', 'in', organizationIds)
    .where('id', 'in', ids)
    .execute()
}

export async function finish(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
  state: Exclude<DeliveryState, 'pending'>,
): Promise<void> {
  await finishAll(db, { organizationIds: [organizationId], ids: [id] }, state)
}

/** Still pending, to be tried again. */
export async function wait(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
  { held, nextAttemptAt }: { held: Hold; nextAttemptAt: Date },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ held, next_attempt_at: nextAttemptAt, changed_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

export async function hold(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
  held: Hold,
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ held })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Ids of those that were pending. */
export async function failPending(
  db: Db,
  { organizationId, attachmentIds }: { organizationId: string; attachmentIds: readonly string[] },
): Promise<string[]> {
  if (attachmentIds.length === 0) return []
  const now = new Date()
  const rows = await db
    .updateTable('deliveries')
    .set({ state: 'failed', held: '', finished_at: now, changed_at: now })
    .where('organization_id', '=', organizationId)
    .where('attachment_id', 'in', attachmentIds)
    .where('state', '=', 'pending')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}
