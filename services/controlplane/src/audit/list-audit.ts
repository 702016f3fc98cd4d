import { decodeCursor, encodeCursor } from '@chainloop/kit/cursor'
import { invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { isUuid } from '../names.ts'
import type { PlacedEntry } from './audit-entry.ts'
import { auditLeafContent } from './audit-leaf.ts'
import * as entries from './audit-repo.ts'

export interface ListAudit extends entries.AuditFilter {
  readonly cursor: string
  readonly limit: number
}

export interface AuditPage {
  readonly entries: readonly PlacedEntry[]
  /** Empty on the last page. */
  readonly nextCursor: string
}

const DEFAULT_LIMIT = 50

/** Newest first. Throws `invalid` for a cursor of something else. */
export async function listAudit(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { cursor, limit, ...filter }: ListAudit,
): Promise<AuditPage> {
  actor.require('audit:read')
  const { organizationId } = actor
  const pageSize = limit > 0 ? limit : DEFAULT_LIMIT
  const after = cursor === '' ? undefined : rowAt(cursor)
  const rows = await entries.list(db, { organizationId, filter, after, limit: pageSize + 1 })
  const page = rows.slice(0, pageSize)
  const last = page.at(-1)
  const isMore = rows.length > pageSize && last !== undefined
  return {
    entries: page.map((row) => ({
      position: row.position ?? undefined,
      content: auditLeafContent(row),
    })),
    nextCursor: isMore ? encodeCursor([last.created_at.toISOString(), last.id]) : '',
  }
}

function rowAt(cursor: string): entries.RowPosition {
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2)
  const at = new Date(createdAt)
  if (Number.isNaN(at.getTime()) || !isUuid(id)) {
    throw invalid('the cursor is not one of this list', { reason: 'CURSOR_INVALID' })
  }
  return { createdAt: at, id }
}
