import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { LogQueueRow } from '../db/transparency-schema.ts'

export interface QueuedEntry {
  readonly organizationId: string
  /** What the entry is found by. */
  readonly subject: string
  /** The exact bytes to log. */
  readonly body: Uint8Array
}

/** Tiles give the length of an entry in two bytes. */
const MAX_ENTRY_BYTES = 0xffff

/** Written with the transaction of what it tells, so that one is logged exactly if the other is done. Its id. */
export async function insert(
  db: Db,
  { organizationId, subject, body }: QueuedEntry,
): Promise<number> {
  if (body.length > MAX_ENTRY_BYTES) throw new TypeError(`the entry of ${subject} is too large`)
  const { id } = await db
    .insertInto('log_queue')
    .values({ organization_id: organizationId, subject, body })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export interface QueuedEvent {
  readonly organizationId: string
  readonly workflowId: string
  readonly subject: string
  /** What the entry says but its number, which it gets with its place. */
  readonly event: Readonly<Record<string, unknown>>
}

export async function insertEvent(
  tx: Db,
  { organizationId, workflowId, subject, event }: QueuedEvent,
): Promise<void> {
  await tx
    .insertInto('log_queue')
    .values({
      organization_id: organizationId,
      workflow_id: workflowId,
      subject,
      event: JSON.stringify(event),
    })
    .execute()
}

/** In the order in which they came; of a locked log. */
export function take(
  tx: Db,
  { organizationId, limit }: { readonly organizationId: string; readonly limit: number },
): Promise<Selectable<LogQueueRow>[]> {
  return tx
    .selectFrom('log_queue')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function remove(
  tx: Db,
  { organizationId, ids }: { readonly organizationId: string; readonly ids: readonly number[] },
): Promise<void> {
  await tx
    .deleteFrom('log_queue')
    .where('organization_id', '=', organizationId)
    .where('id', 'in', [...ids])
    .execute()
}
