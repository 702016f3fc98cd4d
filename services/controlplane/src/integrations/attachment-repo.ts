import type { Db } from '../db/db.ts'
import { inProjects } from '../db/in-projects.ts'
import { isBehind } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'
import { toIntegration } from './integration-repo.ts'
import type { Attachment } from './integration.ts'

export async function insert(db: Db, attachment: Omit<Attachment, 'createdAt'>): Promise<Date> {
  const { created_at: createdAt } = await db
    .insertInto('integration_attachments')
    .values({
      id: attachment.id,
      organization_id: attachment.organizationId,
      project_id: attachment.projectId,
      workflow_id: attachment.workflowId,
      integration_id: attachment.integration.id,
      configuration: JSON.stringify(attachment.configuration),
      retry_for_seconds: attachment.retryForSeconds,
      order_key: attachment.orderKey,
    })
    .returning('created_at')
    .executeTakeFirstOrThrow()
  return createdAt
}

/** Of some workflows, oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  {
    organizationId,
    projectIds,
    projectId,
    workflowId,
    page,
  }: {
    organizationId: string
    /** Undefined: all. */
    projectIds: readonly string[] | undefined
    projectId?: string
    workflowId?: string
    page: CursorPage
  },
): Promise<Attachment[]> {
  const rows = await live(db, organizationId)
    .where(inProjects('integration_attachments.project_id', projectIds))
    .$if(projectId !== undefined, (query) =>
      query.where('integration_attachments.project_id', '=', projectId ?? ''),
    )
    .$if(workflowId !== undefined, (query) =>
      query.where('integration_attachments.workflow_id', '=', workflowId ?? ''),
    )
    .where(isBehind('integration_attachments', page.after, 'oldest first'))
    .orderBy('integration_attachments.created_at')
    .orderBy('integration_attachments.id')
    .limit(page.size + 1)
    .execute()
  return rows.map(toAttachment)
}

export async function find(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Attachment | undefined> {
  const row = await live(db, organizationId)
    .where('integration_attachments.id', '=', id)
    .executeTakeFirst()
  return row && toAttachment(row)
}

/** Where the attestations of a workflow go to. */
export interface Destination {
  readonly attachmentId: string
  readonly integrationId: string
  readonly orderKey: string
}

/** In one order everywhere: who locks their order keys never waits in a circle. */
export async function destinations(
  db: Db,
  { organizationId, workflowId }: { organizationId: string; workflowId: string },
): Promise<Destination[]> {
  const rows = await db
    .selectFrom('integration_attachments as a')
    .innerJoin('integrations as i', 'i.id', 'a.integration_id')
    .where('a.organization_id', '=', organizationId)
    .where('a.workflow_id', '=', workflowId)
    .where('a.deleted_at', 'is', null)
    .where('i.deleted_at', 'is', null)
    .select(['a.id', 'a.integration_id', 'a.order_key'])
    .orderBy('a.integration_id')
    .orderBy('a.order_key')
    .orderBy('a.id')
    .execute()
  return rows.map((row) => ({
    attachmentId: row.id,
    integrationId: row.integration_id,
    orderKey: row.order_key,
  }))
}

/** For how long their deliveries are tried again, in milliseconds. */
export async function retryTimes(
  db: Db,
  { organizationIds, ids }: { organizationIds: readonly string[]; ids: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('integration_attachments')
    .where('organization_id', 'in', organizationIds)
    .where('id', 'in', ids)
    .select(['id', 'retry_for_seconds'])
    .execute()
  return new Map(rows.map((row) => [row.id, row.retry_for_seconds * 1000]))
}

/** Nobody else locks it until the transaction ends. */
export async function lock(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<Attachment | undefined> {
  const row = await live(db, organizationId)
    .where('integration_attachments.id', '=', id)
    .forUpdate('integration_attachments')
    .executeTakeFirst()
  return row && toAttachment(row)
}

/** One attachment, or all of an integration; ids of those that were live. */
export async function remove(
  db: Db,
  {
    organizationId,
    ...which
  }: { organizationId: string } & ({ id: string } | { integrationId: string }),
): Promise<string[]> {
  const [column, value] =
    'id' in which ? (['id', which.id] as const) : (['integration_id', which.integrationId] as const)
  const rows = await db
    .updateTable('integration_attachments')
    .set({ deleted_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where(column, '=', value)
    .where('deleted_at', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

function live(db: Db, organizationId: string) {
  return db
    .selectFrom('integration_attachments')
    .innerJoin('integrations', 'integrations.id', 'integration_attachments.integration_id')
    .where('integration_attachments.organization_id', '=', organizationId)
    .where('integrations.organization_id', '=', organizationId)
    .where('integration_attachments.deleted_at', 'is', null)
    .where('integrations.deleted_at', 'is', null)
    .select([
      'integration_attachments.id as attachment_id',
      'integration_attachments.project_id',
      'integration_attachments.workflow_id',
      'integration_attachments.configuration as attachment_configuration',
      'integration_attachments.retry_for_seconds',
      'integration_attachments.order_key',
      'integration_attachments.created_at as attached_at',
      'integrations.id',
      'integrations.organization_id',
      'integrations.name',
      'integrations.plugin_id',
      'integrations.description',
      'integrations.configuration',
      'integrations.created_at',
    ])
}

type LiveRow = Awaited<ReturnType<ReturnType<typeof live>['execute']>>[number]

function toAttachment(row: LiveRow): Attachment {
  return {
    id: row.attachment_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    workflowId: row.workflow_id,
    configuration: row.attachment_configuration,
    retryForSeconds: row.retry_for_seconds,
    orderKey: row.order_key,
    createdAt: row.attached_at,
    integration: toIntegration(row),
  }
}
