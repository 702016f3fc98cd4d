import { setTimeout as delay } from 'node:timers/promises'

import type { Delivery } from '@chainloop/sdk/model/integration'

import type { Session } from '../../../core/session.ts'
import type { DeliveryFilter } from './delivery-filter.ts'

const lookEveryMs = 1_000
/** Clocks differ, and transactions are seen when they end: what changed just before is looked at again. */
const overlapMs = 10_000

/** Prints each change of a delivery, until the process is stopped. */
export async function followDeliveries(session: Session, filter: DeliveryFilter): Promise<never> {
  const seen = new Map<string, string>()
  let since = Date.now()
  for (;;) {
    const changed = await changedSince(session, filter, new Date(since - overlapMs))
    for (const one of changed) {
      const now = `${one.state} ${one.held} ${one.attempts.map(({ outcome }) => outcome).join()}`
      if (seen.get(one.id) === now) continue
      seen.set(one.id, now)
      session.io.print(`${lineOf(session, one)}\n`)
    }
    since = Math.max(since, ...changed.map(({ changedAt }) => changedAt?.getTime() ?? 0))
    forget(seen, changed)
    await delay(lookEveryMs)
  }
}

/** Oldest change first. */
async function changedSince(
  session: Session,
  filter: DeliveryFilter,
  since: Date,
): Promise<Delivery[]> {
  const client = await session.client()
  const { toDelivery } = await import('@chainloop/sdk/model/integration')
  const { toTimestamp } = await import('@chainloop/sdk/model/time')
  const found: Delivery[] = []
  for (let cursor = ''; ;) {
    const page = await client.deliveries.list({
      ...filter,
      changedSince: toTimestamp(since),
      pagination: { limit: 100, cursor },
    })
    found.push(...page.deliveries.map(toDelivery))
    cursor = page.pagination?.nextCursor ?? ''
    if (cursor === '') break
  }
  return found.toSorted((a, b) => (a.changedAt?.getTime() ?? 0) - (b.changedAt?.getTime() ?? 0))
}

/** What is not looked at again need not be remembered. */
function forget(seen: Map<string, string>, changed: readonly Delivery[]): void {
  const still = new Set(changed.map(({ id }) => id))
  for (const id of seen.keys()) if (!still.has(id)) seen.delete(id)
}

function lineOf({ flags }: Session, one: Delivery): string {
  if (flags.output === 'json') return JSON.stringify(one)
  const last = one.attempts.at(-1)
  const answer = last && ` ${last.outcome} ${last.responseCode || ''} ${last.detail}`.trimEnd()
  const state = one.held === '' ? one.state : `${one.state} (${one.held})`
  const where = `${one.project}/${one.workflow} → ${one.integration}`
  const at = (one.changedAt ?? new Date()).toISOString()
  return `${at} ${one.id} ${where}: ${state}, attempt ${one.attempts.length}${answer ?? ''}`
}
