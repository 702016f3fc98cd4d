import { setTimeout as sleep } from 'node:timers/promises'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { PlacedEntry } from './audit-entry.ts'
import { auditLeafContent } from './audit-leaf.ts'
import { readFrom } from './audit-repo.ts'

export interface ReadAudit {
  /** The first position. */
  readonly from: number
  /** Go on when the end is reached, until the signal aborts. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

const PAGE = 500
const POLL_MS = 1000

/** Entries in the order of the log, a page at a time: as fast as they are taken. */
export async function* readAudit(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { from, follow, signal }: ReadAudit,
): AsyncGenerator<readonly PlacedEntry[]> {
  actor.require('audit:read')
  let first = from
  for (;;) {
    const { organizationId } = actor
    const rows = await readFrom(db, { organizationId, first, limit: PAGE })
    if (rows.length > 0) {
      yield rows.map((row) => ({ position: row.position, content: auditLeafContent(row) }))
      first += rows.length
    } else if (!follow || !(await waited(signal))) {
      return
    }
  }
}

async function waited(signal: AbortSignal): Promise<boolean> {
  return sleep(POLL_MS, true, { signal }).catch(() => false)
}
