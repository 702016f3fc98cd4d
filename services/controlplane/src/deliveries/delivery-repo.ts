import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { DeliveryState } from './delivery.ts'
import type { StoredAttestation } from './enqueue-deliveries.ts'

export interface NewDelivery {
  readonly id: string
  readonly jobId: string
}

/** Again for the same attestation gives none. */
export async function insertForAttachments(
  db: Db,
  attestation: StoredAttestation,
): Promise<NewDelivery[]> {
  const { organizationId } = attestation
  const rows = await db
    .insertInto('deliveries')
    .columns([
      'organization_id',
      'project_id',
      'workflow_id',
      'run_id',
      'attestation_id',
      'attachment_id',
      'integration_id',
    ])
    .expression((eb) =>
      eb
        .selectFrom('integration_attachments as a')
        .innerJoin('integrations as i', (join) =>
          join
            .onRef('i.id', '=', 'a.integration_id')
            .onRef('i.organization_id', '=', 'a.organization_id'),
        )
        .where('a.organization_id', '=', organizationId)
        .where('a.workflow_id', '=', attestation.workflowId)
        .where('a.deleted_at', 'is', null)
        .where('i.deleted_at', 'is', null)
        .select([
          'a.organization_id',
          'a.project_id',
          'a.workflow_id',
          sql<string>`${attestation.runId}::uuid`.as('run_id'),
          sql<string>`${attestation.id}::uuid`.as('attestation_id'),
          'a.id as attachment_id',
          'a.integration_id',
        ]),
    )
    .onConflict((oc) => oc.columns(['attachment_id', 'attestation_id', 'generation']).doNothing())
    .returning(['id', 'job_id'])
    .execute()
  return rows.map(({ id, job_id: jobId }) => ({ id, jobId }))
}

export interface LockedDelivery {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly attachmentId: string
  readonly jobId: string
  readonly state: DeliveryState
}

/** Nobody else changes it until the transaction ends. */
export async function lock(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<LockedDelivery | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select(['state', 'project_id', 'attachment_id', 'job_id'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return (
    row && {
      id,
      organizationId,
      projectId: row.project_id,
      attachmentId: row.attachment_id,
      jobId: row.job_id,
      state: row.state,
    }
  )
}

/** Pending again, for a new job; returns its id. */
export async function reopen(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<string> {
  const row = await db
    .updateTable('deliveries')
    .set({ state: 'pending', finished_at: null, job_id: sql<string>`gen_random_uuid()` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returning('job_id')
    .executeTakeFirstOrThrow()
  return row.job_id
}

export async function finish(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
  state: 'delivered' | 'failed' | 'cancelled',
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state, finished_at: new Date() })
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
  const rows = await db
    .updateTable('deliveries')
    .set({ state: 'failed', finished_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('attachment_id', 'in', attachmentIds)
    .where('state', '=', 'pending')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}
