import type { Insertable, Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { LogEntryRow } from '../db/transparency-schema.ts'

/** An entry with its place. */
export interface PlacedEntry {
  /** From 0. */
  readonly position: number
  /** The exact bytes that were hashed. */
  readonly body: Uint8Array
}

export async function insert(tx: Db, rows: readonly Insertable<LogEntryRow>[]): Promise<void> {
  await tx
    .insertInto('log_entries')
    .values([...rows])
    .execute()
}

export async function findQueued(
  db: Db,
  { organizationId, queueId }: { readonly organizationId: string; readonly queueId: number },
): Promise<PlacedEntry | undefined> {
  return db
    .selectFrom('log_entries')
    .select(['position', 'body'])
    .where('organization_id', '=', organizationId)
    .where('queue_id', '=', queueId)
    .executeTakeFirst()
}

/** The first one about it. */
export async function findAbout(
  db: Db,
  { organizationId, subject }: { readonly organizationId: string; readonly subject: string },
): Promise<PlacedEntry | undefined> {
  return db
    .selectFrom('log_entries')
    .select(['position', 'body'])
    .where('organization_id', '=', organizationId)
    .where('subject', '=', subject)
    .orderBy('position')
    .executeTakeFirst()
}

/** In the order of the log, from a position on; ends before one that is missing. */
export async function readFrom(
  db: Db,
  range: { readonly organizationId: string; readonly first: number; readonly limit: number },
): Promise<PlacedEntry[]> {
  const rows = await db
    .selectFrom('log_entries')
    .select(['position', 'body'])
    .where('organization_id', '=', range.organizationId)
    .where('position', '>=', range.first)
    .where('position', '<', range.first + range.limit)
    .orderBy('position')
    .execute()
  return rows.filter(({ position }, offset) => position === range.first + offset)
}

/** The number of the latest event of each workflow; none for a workflow without events. */
export async function lastSequences(
  db: Db,
  { organizationId, workflowIds }: { organizationId: string; workflowIds: readonly string[] },
): Promise<Map<string, number>> {
  if (workflowIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('log_entries')
    .where('organization_id', '=', organizationId)
    .where('workflow_id', 'in', [...workflowIds])
    .select(({ fn }) => ['workflow_id', fn.max('sequence').as('last')])
    .groupBy('workflow_id')
    .execute()
  return new Map(rows.map(({ workflow_id: id, last }) => [id ?? '', Number(last)]))
}

export interface WorkflowEvents {
  readonly organizationId: string
  readonly workflowId: string
}

/** Numbers of the first and last event of a version; undefined where it has none. */
export async function sequencesOf(
  db: Db,
  { organizationId, workflowId }: WorkflowEvents,
  version: string,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const row = await db
    .selectFrom('log_entries')
    .where('organization_id', '=', organizationId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .select(({ fn }) => [fn.min('sequence').as('first'), fn.max('sequence').as('last')])
    .executeTakeFirst()
  if (!row || row.first === null) return undefined
  return row.last === null ? undefined : { first: row.first, last: row.last }
}

/** Events of a workflow by their numbers, those included that are missing in between: their places show it. */
export function listEvents(
  db: Db,
  { organizationId, workflowId }: WorkflowEvents,
  range: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<Pick<Selectable<LogEntryRow>, 'position' | 'body' | 'sequence'>[]> {
  return db
    .selectFrom('log_entries')
    .select(['position', 'body', 'sequence'])
    .where('organization_id', '=', organizationId)
    .where('workflow_id', '=', workflowId)
    .where('sequence', '>=', range.from)
    .where('sequence', '<=', range.to)
    .orderBy('sequence')
    .limit(range.limit)
    .execute()
}
