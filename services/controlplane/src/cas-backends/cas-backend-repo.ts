import { type Selectable, sql, type UpdateObject } from 'kysely'

import type { Db } from '../db/db.ts'
import type { Position } from '../db/position.ts'
import type { CasBackendRow, Schema } from '../db/schema.ts'
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

export async function page(
  db: Db,
  {
    organizationId,
    after,
    limit,
  }: { organizationId: string; after: Position | undefined; limit: number },
): Promise<CasBackend[]> {
  const rows = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(created_at, id) > (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
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

/** A live one. */
export async function findByName(
  db: Db,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<CasBackend | undefined> {
  const row = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .selectAll()
    .executeTakeFirst()
  return row && toCasBackend(row)
}

interface Of {
  readonly organizationId: string
  readonly id: string
}

type NewBackend = Of &
  Pick<CasBackend, 'name' | 'provider' | 'location' | 'description' | 'maxBlobBytes' | 'secretId'>

/** Without flags. Undefined when the organization already has a live one with that name. */
export async function insert(db: Db, backend: NewBackend): Promise<CasBackend | undefined> {
  const row = await db
    .insertInto('cas_backends')
    .values({
      id: backend.id,
      organization_id: backend.organizationId,
      name: backend.name,
      provider: backend.provider,
      location: backend.location,
      description: backend.description,
      max_blob_bytes: backend.maxBlobBytes,
      secret_id: backend.secretId ?? null,
      check_due_at: new Date(Date.now() + HALF_HOUR_MS),
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'name']).where('deleted_at', 'is', null).doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
  return row && toCasBackend(row)
}

export async function update(
  db: Db,
  backend: Of,
  {
    description,
    maxBlobBytes,
  }: { description?: string | undefined; maxBlobBytes?: number | undefined },
): Promise<void> {
  await changing(db, backend, {
    ...(description === undefined ? {} : { description }),
    ...(maxBlobBytes === undefined ? {} : { max_blob_bytes: maxBlobBytes }),
  })
}

export async function setFlags(
  db: Db,
  backend: Of,
  { isDefault, isFallback }: { readonly isDefault: boolean; readonly isFallback: boolean },
): Promise<void> {
  await changing(db, backend, { is_default: isDefault, is_fallback: isFallback })
}

/** Of whichever has it. */
export async function clearFlag(
  db: Db,
  { organizationId, flag }: { organizationId: string; flag: 'is_default' | 'is_fallback' },
): Promise<void> {
  await db
    .updateTable('cas_backends')
    .set({ [flag]: false, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where(flag, '=', true)
    .where('deleted_at', 'is', null)
    .execute()
}

/** Tokens that are issued from now on get what is there from now on. The checker looks at once. */
export async function countRotation(db: Db, backend: Of, secretId: string): Promise<void> {
  await changing(db, backend, {
    secret_id: secretId,
    credentials_version: sql`credentials_version + 1`,
    check_due_at: new Date(),
  })
}

export async function makeDue(db: Db, backend: Of): Promise<void> {
  await changing(db, backend, { check_due_at: new Date(0) })
}

/** Credentials stay. */
export async function softDelete(db: Db, backend: Of): Promise<void> {
  await changing(db, backend, { deleted_at: new Date(), is_default: false, is_fallback: false })
}

export async function noteValidation(
  db: Db,
  { organizationId, id }: Of,
  problem: string | undefined,
): Promise<void> {
  await db
    .updateTable('cas_backends')
    .set({
      validation_status: problem === undefined ? 'ok' : 'invalid',
      validation_error: problem ?? null,
      validated_at: new Date(),
    })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

async function changing(
  db: Db,
  { organizationId, id }: Of,
  change: UpdateObject<Schema, 'cas_backends'>,
): Promise<void> {
  await db
    .updateTable('cas_backends')
    .set({ ...change, updated_at: new Date() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute()
}

/** Whether a backend of any organization, deleted ones too, is in the very same place. */
export async function isShared(
  db: Db,
  { id, provider, location }: Pick<CasBackend, 'id' | 'provider' | 'location'>,
): Promise<boolean> {
  const other = await db
    .selectFrom('cas_backends')
    .select('id')
    .where('provider', '=', provider)
    .where('location', '=', location)
    // Of any organization_id.
    .where('id', '<>', id)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

const HALF_HOUR_MS = 1_800_000
export function toCasBackend(row: Selectable<CasBackendRow>): CasBackend {
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
