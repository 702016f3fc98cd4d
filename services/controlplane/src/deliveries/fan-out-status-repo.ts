import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import type { FanOutStatus, LaneState } from './fan-out-status.ts'

interface StatusRow {
  organization: string
  name: string
  plugin_id: string
  paused_at: Date | null
  pause_reason: string
  open_until: Date | null
  last_error: string
  max_concurrency: number
  max_per_second: number | null
  pending: number
  held: number
  in_flight: number
  oldest_pending_at: Date | null
  delivered: number
  failed: number
  ended: number
  succeeded: number
  p95_ms: number | null
}

/** What the last hour is measured by, at most. */
const latest = 5_000

/** By name. Undefined: of every organization, or every registration. */
export async function list(
  db: Db,
  of: { readonly organizationId: string | undefined; readonly integrationId?: string | undefined },
): Promise<(FanOutStatus & { readonly organization: string })[]> {
  const { rows } = await sql<StatusRow>`
    select o.name as organization, i.name, i.plugin_id, l.paused_at, l.pause_reason, l.open_until,
      l.last_error, l.max_concurrency, l.max_per_second, p.*, f.*, a.*
    from delivery_lanes l
    join integrations i on i.organization_id = l.organization_id and i.id = l.integration_id
    join organizations o on o.id = l.organization_id
    cross join lateral (
      select count(*)::int as pending, count(*) filter (where d.held <> '')::int as held,
        min(d.created_at) as oldest_pending_at
      from deliveries d
      where d.organization_id = l.organization_id and d.integration_id = l.integration_id
        and d.state = 'pending') p
    cross join lateral (
      select count(*) filter (where d.state = 'delivered')::int as delivered,
        count(*) filter (where d.state = 'failed')::int as failed,
        percentile_cont(0.95) within group (
          order by extract(epoch from d.finished_at - d.created_at) * 1000)
          filter (where d.state = 'delivered')::float8 as p95_ms
      from (
        select state, created_at, finished_at from deliveries
        where organization_id = l.organization_id and integration_id = l.integration_id
          and finished_at > now() - interval '1 hour'
        order by finished_at desc limit ${latest}) d) f
    cross join lateral (
      select count(*) filter (where t.outcome = '')::int as in_flight,
        count(*) filter (where t.outcome not in ('', 'skipped'))::int as ended,
        count(*) filter (where t.outcome = 'delivered')::int as succeeded
      from (
        select id from deliveries
        where organization_id = l.organization_id and integration_id = l.integration_id
          and changed_at > now() - interval '1 hour'
        order by changed_at desc limit ${latest}) d
      join delivery_attempts t on t.organization_id = l.organization_id and t.delivery_id = d.id
        and t.started_at > now() - interval '1 hour') a
    where i.deleted_at is null
      and (${of.organizationId ?? null}::uuid is null or l.organization_id = ${of.organizationId ?? null}::uuid)
      and (${of.integrationId ?? null}::uuid is null or l.integration_id = ${of.integrationId ?? null}::uuid)
    order by o.name, i.name`.execute(db)
  return rows.map(toStatus)
}

function toStatus(row: StatusRow): FanOutStatus & { readonly organization: string } {
  const state = stateOf(row)
  return {
    organization: row.organization,
    integrationName: row.name,
    pluginId: row.plugin_id,
    state,
    reason: state === 'paused' ? row.pause_reason : row.last_error,
    nextProbeAt: state === 'broken' ? (row.open_until ?? undefined) : undefined,
    pending: row.pending,
    held: row.held,
    inFlight: row.in_flight,
    oldestPendingAt: row.oldest_pending_at ?? undefined,
    delivered: row.delivered,
    failed: row.failed,
    successRate: row.ended > 0 ? row.succeeded / row.ended : undefined,
    p95LatencyMs: row.p95_ms === null ? undefined : Math.round(row.p95_ms),
    maxConcurrency: row.max_concurrency,
    maxPerSecond: row.max_per_second ?? undefined,
  }
}

function stateOf({ paused_at: pausedAt, open_until: openUntil }: StatusRow): LaneState {
  if (pausedAt) return 'paused'
  return openUntil ? 'broken' : 'running'
}
