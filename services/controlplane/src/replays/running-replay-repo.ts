import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ReplayRow } from '../db/fan-out-schema.ts'
import type { ReplaySelection } from './replay.ts'

/** A replay that has not sent everything to the queue yet. */
export interface RunningReplay extends ReplaySelection {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly workflowId: string
  readonly attachmentId: string
  readonly generation: number
  readonly perMinute: number
  /** The attestation that was sent last. */
  readonly after: { readonly at: Date; readonly id: string } | undefined
  readonly sent: number
  readonly createdAt: Date
}

/** The one that was looked at longest ago, and not since then; nobody else advances it until the transaction ends. */
export async function take(db: Db, before: Date): Promise<RunningReplay | undefined> {
  const row = await db
    .selectFrom('replays')
    .where('state', '=', 'running')
    .where('advanced_at', '<', before)
    .selectAll()
    .orderBy('advanced_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row && toRunning(row)
}

export async function advance(
  db: Db,
  { organizationId, id }: Pick<RunningReplay, 'organizationId' | 'id'>,
  to: {
    readonly after: RunningReplay['after']
    readonly sent: number
    readonly advancedAt: Date
    readonly done: boolean
  },
): Promise<void> {
  await db
    .updateTable('replays')
    .set((eb) => ({
      sent: eb('sent', '+', to.sent),
      sent_to: to.after?.at ?? null,
      sent_to_id: to.after?.id ?? null,
      advanced_at: to.advancedAt,
      ...(to.done ? { state: 'done' as const, finished_at: new Date() } : {}),
    }))
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** False when it has ended. */
export async function cancel(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<boolean> {
  const cancelled = await db
    .updateTable('replays')
    .set({ state: 'cancelled', finished_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return cancelled.numUpdatedRows > 0n
}

/** Deliveries of it that wait for a worker. */
export async function countPending(
  db: Db,
  { organizationId, id }: Pick<RunningReplay, 'organizationId' | 'id'>,
): Promise<number> {
  const row = await db
    .selectFrom('deliveries')
    .where('organization_id', '=', organizationId)
    .where('replay_id', '=', id)
    .where('state', '=', 'pending')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

function toRunning(row: Selectable<ReplayRow>): RunningReplay {
  const { sent_to: at, sent_to_id: id } = row
  return {
    id: row.id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    workflowId: row.workflow_id,
    attachmentId: row.attachment_id,
    generation: row.generation,
    perMinute: row.per_minute,
    since: row.since ?? undefined,
    until: row.until,
    runId: row.run_id ?? '',
    digest: row.digest,
    after: at && id ? { at, id } : undefined,
    sent: row.sent,
    createdAt: row.created_at,
  }
}
