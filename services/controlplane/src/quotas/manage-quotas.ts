import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as quotas from './quota-repo.ts'
import { type Quota, type Resource, RESOURCES } from './quota.ts'

export async function listQuotas(
  { db }: Pick<Context, 'db'>,
  { organizationId }: Pick<Actor, 'organizationId'>,
): Promise<Quota[]> {
  const found: Quota[] = []
  for (const resource of RESOURCES) found.push(await getQuota(db, { organizationId, resource }))
  return found
}

export interface QuotaChange {
  readonly resource: Resource
  /** Undefined: without limit; `'default'`: what the instance gives everybody. */
  readonly limit: number | 'default' | undefined
}

export async function setQuota(
  ctx: Pick<Context, 'db'>,
  actor: Actor,
  change: QuotaChange,
): Promise<Quota> {
  actor.require('quota:manage')
  return changeQuota(ctx, actor, change)
}

/** For whoever runs the instance, whom no rights hold back. */
export async function changeQuota(
  { db }: Pick<Context, 'db'>,
  actor: Pick<Actor, 'kind' | 'id' | 'name' | 'source' | 'organizationId'>,
  { resource, limit }: QuotaChange,
): Promise<Quota> {
  const { organizationId } = actor
  const place = { organizationId, resource }
  return inTransaction(db, async (tx) => {
    const before = await quotas.findLimit(tx, place)
    await quotas.setLimit(tx, place, limit)
    const quota = await getQuota(tx, place)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'quota.changed',
      targetType: 'organization',
      targetId: organizationId,
      details: { resource, before: before.limit ?? null, after: quota.limit ?? null },
    })
    return quota
  })
}

/** The defaults as this replica is configured: those of the replica that started last hold for all. */
export async function applyInstanceQuotas(
  db: Db,
  config: Pick<Config, 'quotaStoredBytes' | 'quotaRunsPerDay' | 'quotaProjects' | 'quotaApiTokens'>,
): Promise<void> {
  const limits: Readonly<Record<Resource, number | undefined>> = {
    stored_bytes: config.quotaStoredBytes,
    runs_per_day: config.quotaRunsPerDay,
    projects: config.quotaProjects,
    api_tokens: config.quotaApiTokens,
  }
  for (const resource of RESOURCES) await quotas.setInstanceLimit(db, resource, limits[resource])
}

async function getQuota(
  db: Db,
  place: { readonly organizationId: string; readonly resource: Resource },
): Promise<Quota> {
  const { limit, isDefault } = await quotas.findLimit(db, place)
  return { resource: place.resource, limit, isDefault, used: await quotas.countUsed(db, place) }
}
