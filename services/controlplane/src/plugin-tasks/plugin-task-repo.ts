import type { Selectable } from 'kysely'
import { z } from 'zod'

import type { Db } from '../db/db.ts'
import type { PluginTaskRow } from '../db/plugin-task-schema.ts'
import type { NewPluginTask, PluginTask, TaskResult } from './plugin-task.ts'

interface Which {
  readonly organizationId: string
  readonly id: string
}

export async function insert(
  db: Db,
  { organizationId, id }: Which,
  { task, secretId }: { readonly task: NewPluginTask; readonly secretId: string | undefined },
): Promise<void> {
  const { kind, pluginId } = task
  const rest =
    task.kind === 'preview'
      ? { attachment_id: task.attachmentId, run_id: task.runId }
      : {
          registration_config: JSON.stringify(task.registrationConfig),
          attachment_config: JSON.stringify(task.attachmentConfig),
        }
  await db
    .insertInto('plugin_tasks')
    .values({
      id,
      organization_id: organizationId,
      kind,
      plugin_id: pluginId,
      secret_id: secretId ?? null,
      ...rest,
    })
    .execute()
}

/** Undefined when it is done, or nobody waits for it any more. */
export async function findOpen(db: Db, which: Which): Promise<PluginTask | undefined> {
  const row = await one(db, which).where('result', 'is', null).executeTakeFirst()
  return row && toTask(row)
}

/** False: nobody waits for it any more. */
export async function finish(
  db: Db,
  { organizationId, id }: Which,
  result: TaskResult,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('plugin_tasks')
    .set({ result: JSON.stringify(result) })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('result', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const resultShape = z.object({
  problem: z.string(),
  facts: z.record(z.string(), z.string()),
  messages: z.array(
    z.object({ target: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  ),
  skipped: z.string(),
})

/** Undefined while nobody has done it. */
export async function findResult(db: Db, which: Which): Promise<TaskResult | undefined> {
  const row = await one(db, which).executeTakeFirst()
  return row?.result === null || row === undefined ? undefined : resultShape.parse(row.result)
}

export async function remove(db: Db, { organizationId, id }: Which): Promise<void> {
  await db
    .deleteFrom('plugin_tasks')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

function one(db: Db, { organizationId, id }: Which) {
  return db
    .selectFrom('plugin_tasks')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
}

function toTask(row: Selectable<PluginTaskRow>): PluginTask {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    pluginId: row.plugin_id,
    registrationConfig: row.registration_config,
    attachmentConfig: row.attachment_config,
    secretId: row.secret_id ?? undefined,
    attachmentId: row.attachment_id ?? undefined,
    runId: row.run_id ?? undefined,
  }
}
