import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { DeliveryLaneRow } from '../db/fan-out-schema.ts'
import type { Lane } from './lane.ts'

export async function insert(
  db: Db,
  lane: Pick<Lane, 'integrationId' | 'organizationId' | 'maxConcurrency' | 'maxPerSecond'>,
): Promise<void> {
  await db
    .insertInto('delivery_lanes')
    .values({
      integration_id: lane.integrationId,
      organization_id: lane.organizationId,
      max_concurrency: lane.maxConcurrency,
      max_per_second: lane.maxPerSecond ?? null,
    })
    .execute()
}

interface Which {
  readonly organizationIds: readonly string[]
  readonly integrationIds: readonly string[]
}

/** By the id of the registration. */
export async function findAll(
  db: Db,
  { organizationIds, integrationIds }: Which,
): Promise<ReadonlyMap<string, Lane>> {
  if (integrationIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('delivery_lanes')
    .where('organization_id', 'in', organizationIds)
    .where('integration_id', 'in', integrationIds)
    .selectAll()
    .execute()
  return new Map(rows.map((row) => [row.integration_id, toLane(row)]))
}

/** Nobody else changes them until the transaction ends. */
export async function lockAll(
  db: Db,
  { organizationIds, integrationIds }: Which,
): Promise<readonly Lane[]> {
  if (integrationIds.length === 0) return []
  const rows = await db
    .selectFrom('delivery_lanes')
    .where('organization_id', 'in', organizationIds)
    .where('integration_id', 'in', integrationIds)
    .selectAll()
    .orderBy('integration_id')
    .forUpdate()
    .execute()
  return rows.map(toLane)
}

export async function save(db: Db, lane: Lane): Promise<void> {
  const { circuit } = lane
  await db
    .updateTable('delivery_lanes')
    .set({
      paused_at: lane.pausedAt ?? null,
      pause_reason: lane.pauseReason,
      failures: circuit.failures,
      openings: circuit.openings,
      open_until: circuit.openUntil ?? null,
      probing: circuit.probing,
      last_error: circuit.lastError,
      backlogged: lane.backlogged,
      released_at: lane.releasedAt,
    })
    .where('organization_id', '=', lane.organizationId)
    .where('integration_id', '=', lane.integrationId)
    .execute()
}

export function toLane(row: Selectable<DeliveryLaneRow>): Lane {
  return {
    integrationId: row.integration_id,
    organizationId: row.organization_id,
    maxConcurrency: row.max_concurrency,
    maxPerSecond: row.max_per_second ?? undefined,
    pausedAt: row.paused_at ?? undefined,
    pauseReason: row.pause_reason,
    circuit: {
      failures: row.failures,
      openings: row.openings,
      openUntil: row.open_until ?? undefined,
      probing: row.probing,
      lastError: row.last_error,
    },
    backlogged: row.backlogged,
    releasedAt: row.released_at,
  }
}
