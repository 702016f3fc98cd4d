import { randomUUID } from 'node:crypto'

import { alreadyExists } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { JsonObject } from '../integrations/plugin.ts'
import { assertName } from '../names.ts'
import { applyFlags, assertFlags } from './cas-backend-flags.ts'
import * as casBackends from './cas-backend-repo.ts'
import { assertLimit, assertProvider, locationOf } from './cas-backend-rules.ts'
import type { CasBackend } from './cas-backend.ts'
import { tryCredentials } from './try-credentials.ts'

export interface NewCasBackend {
  readonly name: string
  readonly provider: string
  readonly location: string
  readonly description: string
  readonly isDefault: boolean
  readonly isFallback: boolean
  /** Bytes; 0: no limit. */
  readonly maxBlobBytes: number
  /** As the provider wants them; kept apart and never returned. */
  readonly credentials: JsonObject
}

/** What was tried and can be kept. */
export interface TriedCasBackend extends NewCasBackend {
  readonly id: string
}

/** Throws `invalid` when the storage does not work. Nothing is kept. */
export async function tryCasBackend(
  ctx: Pick<Context, 'db' | 'trials' | 'storage'>,
  actor: Actor,
  wanted: NewCasBackend,
): Promise<TriedCasBackend> {
  actor.require('cas_backend:manage')
  assertName('storage backend', wanted.name)
  assertProvider(wanted.provider)
  assertFlags(wanted)
  assertLimit(wanted.maxBlobBytes)
  const { organizationId } = actor
  const tried = { ...wanted, id: randomUUID(), location: locationOf(organizationId, wanted) }
  const place = { ...tried, organizationId, credentialsVersion: 0, sweepEpoch: 0 }
  await tryCredentials(ctx, place, wanted.credentials)
  return tried
}

/** Keeps a backend that was tried just now. Throws `already_exists`. */
export async function keepCasBackend(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  actor: Actor,
  tried: TriedCasBackend,
): Promise<CasBackend> {
  const { organizationId } = actor
  const { name, provider, location, isDefault, isFallback } = tried
  return inTransaction(db, async (tx) => {
    const value = Buffer.from(JSON.stringify(tried.credentials))
    const secretId = await secrets.save(tx, { organizationId, value })
    const backend = await casBackends.insert(tx, { ...tried, organizationId, secretId })
    if (!backend) throw alreadyExists('storage backend', name)
    const previousDefault = await applyFlags(tx, backend, { isDefault, isFallback })
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'cas_backend.created',
      targetType: 'cas_backend',
      targetId: backend.id,
      details: { name, provider, location, isDefault, isFallback, previousDefault },
    })
    return { ...backend, isDefault, isFallback }
  })
}
