import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { CasBackendRow } from '../db/schema.ts'
import { type CasBackend, INLINE_PROVIDER } from './cas-backend.ts'

const INLINE_MAX_BYTES = 500 * 1024

/** The filesystem of the artifact CAS, without limit, as default; and embedding for small things. */
export async function insertBuiltIn(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<void> {
  const common = { organization_id: organizationId, location: organizationId }
  await db
    .insertInto('cas_backends')
    .values([
      { ...common, name: 'filesystem', provider: 'FILESYSTEM', is_default: true },
      { ...common, name: 'inline', provider: INLINE_PROVIDER, max_blob_bytes: INLINE_MAX_BYTES },
    ])
    .execute()
}

/** Oldest first. */
export async function list(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<CasBackend[]> {
  const rows = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .selectAll()
    .orderBy('created_at')
    .orderBy('name')
    .execute()
  return rows.map(toCasBackend)
}

export async function findDefault(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<CasBackend | undefined> {
  const row = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('is_default', '=', true)
    .where('deleted_at', 'is', null)
    .selectAll()
    .executeTakeFirst()
  return row && toCasBackend(row)
}

export async function findFallback(
  db: Db,
  { organizationId }: { organizationId: string },
): Promise<CasBackend | undefined> {
  const row = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('is_fallback', '=', true)
    .where('deleted_at', 'is', null)
    .selectAll()
    .executeTakeFirst()
  return row && toCasBackend(row)
}

/** Deleted ones too: what was stored there may still be there. */
export async function find(
  db: Db,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<CasBackend | undefined> {
  const row = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .selectAll()
    .executeTakeFirst()
  return row && toCasBackend(row)
}

function toCasBackend(row: Selectable<CasBackendRow>): CasBackend {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    provider: row.provider,
    location: row.location,
    description: row.description,
    isDefault: row.is_default,
    isFallback: row.is_fallback,
    managed: row.managed,
    maxBlobBytes: row.max_blob_bytes,
    secretId: row.secret_id ?? undefined,
    credentialsVersion: row.credentials_version,
    sweepEpoch: row.sweep_epoch,
    status: row.validation_status,
    validationError: row.validation_error ?? undefined,
    validatedAt: row.validated_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at ?? undefined,
  }
}
