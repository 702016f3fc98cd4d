import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { IntegrationPluginRow } from '../db/fan-out-schema.ts'
import type { Plugin } from './plugin.ts'

/** The catalogue is the instance's, no tenant's. */
export async function list(db: Db): Promise<Plugin[]> {
  const rows = await db.selectFrom('integration_plugins').selectAll().orderBy('id').execute()
  return rows.map(toPlugin)
}

export async function find(db: Db, id: string): Promise<Plugin | undefined> {
  const row = await db
    .selectFrom('integration_plugins')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toPlugin(row)
}

/** Replaces what was announced under this id before. */
export async function put(db: Db, plugin: Plugin): Promise<void> {
  const values = {
    version: plugin.version,
    description: plugin.description,
    registration_schema: JSON.stringify(plugin.registrationSchema),
    attachment_schema: JSON.stringify(plugin.attachmentSchema),
    subscribed_materials: [...plugin.subscribedMaterials],
    validates_registration: plugin.validatesRegistration,
    validates_attachment: plugin.validatesAttachment,
    announced_at: new Date(),
  }
  await db
    .insertInto('integration_plugins')
    .values({ id: plugin.id, ...values })
    .onConflict((oc) => oc.column('id').doUpdateSet(values))
    .execute()
}

function toPlugin(row: Selectable<IntegrationPluginRow>): Plugin {
  return {
    id: row.id,
    version: row.version,
    description: row.description,
    registrationSchema: row.registration_schema,
    attachmentSchema: row.attachment_schema,
    subscribedMaterials: row.subscribed_materials,
    validatesRegistration: row.validates_registration,
    validatesAttachment: row.validates_attachment,
  }
}
