import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import type { JsonObject } from '../integrations/plugin.ts'
import { applyFlags, assertFlags } from './cas-backend-flags.ts'
import * as casBackends from './cas-backend-repo.ts'
import { assertLimit, assertNotInline, assertOwn } from './cas-backend-rules.ts'
import type { CasBackend } from './cas-backend.ts'
import { getCasBackend } from './get-cas-backend.ts'
import { tryCredentials } from './try-credentials.ts'

/** Absent: as it is. */
export interface CasBackendChange {
  readonly name: string
  readonly description?: string | undefined
  readonly isDefault?: boolean | undefined
  readonly isFallback?: boolean | undefined
  /** Bytes; 0: no limit. */
  readonly maxBlobBytes?: number | undefined
  readonly credentials?: JsonObject | undefined
}

/** Throws `invalid` when new credentials do not work where the backend is. Nothing is changed. */
export async function tryChange(
  ctx: Pick<Context, 'db' | 'trials' | 'storage'>,
  actor: Actor,
  change: CasBackendChange,
): Promise<void> {
  actor.require('cas_backend:manage')
  assertFlags(change)
  assertLimit(change.maxBlobBytes)
  const backend = await getCasBackend(ctx.db, { ...actor, name: change.name })
  assertOwn(backend)
  if (change.maxBlobBytes !== undefined) assertNotInline(backend, 'has a limit that cannot be set')
  if (!change.credentials) return
  assertNotInline(backend, 'has no credentials')
  await tryCredentials(ctx, backend, change.credentials)
}

/** New credentials take the place of the old ones: what is stored stays where it is, and readable. */
export async function updateCasBackend(
  ctx: Pick<Context, 'db' | 'secrets'>,
  actor: Actor,
  change: CasBackendChange,
): Promise<CasBackend> {
  const { organizationId } = actor
  return inTransaction(ctx.db, async (tx) => {
    const backend = await getCasBackend(tx, { organizationId, name: change.name })
    if (change.credentials) await rotate({ ...ctx, db: tx }, backend, change.credentials)
    await casBackends.update(tx, backend, change)
    const previousDefault = await applyFlags(tx, backend, change)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'cas_backend.updated',
      targetType: 'cas_backend',
      targetId: backend.id,
      details: {
        ...change,
        credentials: undefined,
        credentialsChanged: !!change.credentials,
        previousDefault,
      },
    })
    return getCasBackend(tx, { organizationId, name: change.name })
  })
}

async function rotate(
  { db, secrets }: { readonly db: Db } & Pick<Context, 'secrets'>,
  { organizationId, id, secretId }: CasBackend,
  credentials: JsonObject,
): Promise<void> {
  const value = Buffer.from(JSON.stringify(credentials))
  const saved = await secrets.save(db, { organizationId, id: secretId, value })
  await casBackends.countRotation(db, { organizationId, id }, saved)
}
