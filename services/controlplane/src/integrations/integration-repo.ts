import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { IntegrationRow } from '../db/fan-out-schema.ts'
import { isBehind } from '../db/position.ts'
import type { CursorPage } from '../pages.ts'
import type { Integration } from './integration.ts'
import type { JsonObject } from './plugin.ts'

/** Undefined when the organization already has a live integration with that name. */
export async function insert(
  db: Db,
  integration: Omit<Integration, 'createdAt'> & {
    readonly secretId: string | undefined
  },
): Promise<Integration | undefined> {
  const row = await db
    .insertInto('integrations')
    .values({
      id: integration.id,
      organization_id: integration.organizationId,
      name: integration.name,
      plugin_id: integration.pluginId,
      description: integration.description,
      configuration: JSON.stringify(integration.configuration),
      secret_id: integration.secretId ?? null,
    })
    .onConflict((oc) =>
      oc.columns(['organization_id', 'name']).where('deleted_at', 'is', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  return row && toIntegration(row)
}

/** Oldest first; one more than the page has, if there is one. */
export async function list(
  db: Db,
  { organizationId }: { organizationId: string },
  { after, size }: CursorPage,
): Promise<Integration[]> {
  const rows = await live(db, organizationId)
    .where(isBehind('integrations', after, 'oldest first'))
    .orderBy('created_at')
    .orderBy('id')
    .limit(size + 1)
    .execute()
  return rows.map(toIntegration)
}

export async function find(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Integration | undefined> {
  const row = await live(db, organizationId).where('name', '=', name).executeTakeFirst()
  return row && toIntegration(row)
}

export async function findSecretId(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('integrations')
    .select('secret_id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.secret_id ?? undefined
}

/** Its name is free again. Returns what was its secret, which nothing refers to any more. */
export async function remove(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('integrations')
    .select('secret_id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  await db
    .updateTable('integrations')
    .set({ deleted_at: new Date(), secret_id: null })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
  return row?.secret_id ?? undefined
}

function live(db: Db, organizationId: string) {
  return db
    .selectFrom('integrations')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
}

export function toIntegration(
  row: Pick<
    Selectable<IntegrationRow>,
    'id' | 'organization_id' | 'name' | 'plugin_id' | 'description' | 'created_at'
  > & { readonly configuration: JsonObject },
): Integration {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    pluginId: row.plugin_id,
    description: row.description,
    configuration: row.configuration,
    createdAt: row.created_at,
  }
}
