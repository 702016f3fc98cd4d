import { type Selectable, sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { ReplayRow } from '../db/fan-out-schema.ts'
import { inProjects } from '../db/in-projects.ts'
import { isBehind } from '../db/position.ts'
import type { Attachment } from '../integrations/integration.ts'
import type { CursorPage } from '../pages.ts'
import type { Replay, ReplaySelection } from './replay.ts'

interface OfWorkflow extends ReplaySelection {
  readonly organizationId: string
  readonly workflowId: string
}

/** How many attestations a replay is about. */
export async function count(db: Db, of: OfWorkflow): Promise<number> {
  const row = await selected(db, of)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

/** The next attestations after a position, oldest first. */
export async function next(
  db: Db,
  {
    after,
    limit,
    ...of
  }: OfWorkflow & {
    readonly after: { readonly at: Date; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<{ id: string; runId: string; projectId: string; createdAt: Date }[]> {
  const rows = await selected(db, of)
    .$if(after !== undefined, (q) =>
      q.where(sql<boolean>`(t.created_at, t.id) > (${after?.at}::timestamptz, ${after?.id}::uuid)`),
    )
    .select(['t.id', 't.run_id', 't.project_id', 't.created_at'])
    .orderBy('t.created_at')
    .orderBy('t.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    runId: row.run_id,
    projectId: row.project_id,
    createdAt: row.created_at,
  }))
}

function selected(db: Db, { organizationId, workflowId, since, until, runId, digest }: OfWorkflow) {
  return db
    .selectFrom('attestations as t')
    .where('t.organization_id', '=', organizationId)
    .where('t.workflow_id', '=', workflowId)
    .where('t.created_at', '<=', until)
    .$if(since !== undefined, (q) => q.where('t.created_at', '>=', since ?? until))
    .$if(runId !== '', (q) => q.where('t.run_id', '=', runId))
    .$if(digest !== '', (q) => q.where('t.digest', '=', digest))
}

/** With the next generation of the attachment, which must be locked. */
export async function insert(
  db: Db,
  {
    attachment,
    selection,
    ...numbers
  }: {
    readonly attachment: Attachment
    readonly selection: ReplaySelection
    readonly perMinute: number
    readonly total: number
  },
): Promise<string> {
  const { organizationId, id: attachmentId } = attachment
  const { id } = await db
    .insertInto('replays')
    .values({
      organization_id: organizationId,
      project_id: attachment.projectId,
      workflow_id: attachment.workflowId,
      attachment_id: attachmentId,
      generation: sql<number>`(
        select greatest(coalesce(max(generation), 1), 1) + 1 from replays
        where organization_id = ${organizationId} and attachment_id = ${attachmentId})`,
      since: selection.since ?? null,
      until: selection.until,
      run_id: selection.runId === '' ? null : selection.runId,
      digest: selection.digest,
      per_minute: numbers.perMinute,
      total: numbers.total,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Newest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  of: {
    readonly organizationId: string
    /** Undefined: all. */
    readonly projectIds: readonly string[] | undefined
    readonly id?: string
  },
  { after, size }: CursorPage,
): Promise<Replay[]> {
  const counted = (state: string) => sql<number>`(
    select count(*)::int from deliveries d
    where d.organization_id = ${of.organizationId} and d.replay_id = r.id and d.state = ${state})`
  const rows = await db
    .selectFrom('replays as r')
    .innerJoin('integration_attachments as a', 'a.id', 'r.attachment_id')
    .innerJoin('integrations as i', 'i.id', 'a.integration_id')
    .innerJoin('workflows as w', 'w.id', 'r.workflow_id')
    .innerJoin('projects as p', 'p.id', 'r.project_id')
    .where('r.organization_id', '=', of.organizationId)
    .where(inProjects('r.project_id', of.projectIds))
    .$if(of.id !== undefined, (q) => q.where('r.id', '=', of.id ?? ''))
    .where(isBehind('r', after, 'newest first'))
    .selectAll('r')
    .select([
      'i.name as integration_name',
      'w.name as workflow_name',
      'p.name as project_name',
      counted('delivered').as('delivered'),
      counted('failed').as('failed'),
      counted('pending').as('pending'),
    ])
    .orderBy('r.created_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(size + 1)
    .execute()
  return rows.map(toReplay)
}

type ListedRow = Selectable<ReplayRow> & {
  readonly integration_name: string
  readonly workflow_name: string
  readonly project_name: string
  readonly delivered: number
  readonly failed: number
  readonly pending: number
}

function toReplay(row: ListedRow): Replay {
  return {
    id: row.id,
    attachmentId: row.attachment_id,
    integrationName: row.integration_name,
    workflowName: row.workflow_name,
    projectName: row.project_name,
    generation: row.generation,
    state: row.state,
    total: row.total,
    sent: row.sent,
    delivered: row.delivered,
    failed: row.failed,
    pending: row.pending,
    perMinute: row.per_minute,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
  }
}
