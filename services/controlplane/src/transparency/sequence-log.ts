import { leafHash } from '@chainloop/attestation/merkle/hashing'
import { runEventEntry } from '@chainloop/attestation/transparency/run-event'
import type { Insertable, Selectable } from 'kysely'

import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { LogEntryRow, LogQueueRow } from '../db/transparency-schema.ts'
import { appendToLog } from '../evidence-logs/append-to-log.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import type { LogKeys } from '../signing/log-keys.ts'
import { logOrigin } from '../signing/log-keys.ts'
import * as entries from './entry-repo.ts'
import * as queue from './queue-repo.ts'

const BATCH = 500
const ORGANIZATIONS = 100

type Deps = Pick<Context, 'db'> & { readonly signing: { readonly log: LogKeys } }

/**
 * Gives what waits its place in its organization's log, and signs the new head: one head for each batch. Several
 * replicas may do so at once: one of them holds an organization's log. Returns how many entries got their place.
 */
export async function sequenceLogs(deps: Deps): Promise<number> {
  const waiting = await deps.db
    .selectFrom('log_queue')
    .select('organization_id')
    .distinct()
    .limit(ORGANIZATIONS)
    .execute()
  let placed = 0
  for (const { organization_id: organizationId } of waiting) {
    placed += await sequenceLog(deps, organizationId)
  }
  return placed
}

/** 0 also while somebody else holds the log. */
export function sequenceLog(
  { db, signing: { log: keys } }: Deps,
  organizationId: string,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const origin = logOrigin(keys, organizationId)
    const log = await logs.lock(tx, { organizationId, kind: 'transparency', origin })
    if (!log) return 0
    const waiting = await queue.take(tx, { organizationId, limit: BATCH })
    if (waiting.length === 0) return 0
    const rows = await toRows(tx, log, waiting)
    const leaves = rows.map(({ body }) => leafHash(body))
    await appendToLog(tx, { log, origin: log.origin ?? origin, keys }, leaves)
    await entries.insert(tx, rows)
    await queue.remove(tx, { organizationId, ids: waiting.map(({ id }) => id) })
    return rows.length
  })
}

async function toRows(
  tx: Db,
  { organizationId, size }: logs.Log,
  waiting: readonly Selectable<LogQueueRow>[],
): Promise<Insertable<LogEntryRow>[]> {
  const workflowIds = [...new Set(waiting.flatMap((one) => one.workflow_id ?? []))]
  const last = await entries.lastSequences(tx, { organizationId, workflowIds })
  return waiting.map((one, offset) => ({
    organization_id: organizationId,
    position: size + offset,
    queue_id: one.id,
    subject: one.subject,
    ...contentOf(one, last),
  }))
}

/** Counts the event of a workflow. */
function contentOf(
  { body, event, workflow_id: workflowId, id }: Selectable<LogQueueRow>,
  last: Map<string, number>,
): Pick<Insertable<LogEntryRow>, 'body' | 'workflow_id' | 'sequence' | 'version'> {
  if (body !== null) return { body }
  if (event === null || workflowId === null) throw new Error(`entry ${id} of the queue is empty`)
  const sequence = (last.get(workflowId) ?? 0) + 1
  last.set(workflowId, sequence)
  return {
    body: runEventEntry(event, sequence),
    workflow_id: workflowId,
    sequence,
    version: String(event['version']),
  }
}
