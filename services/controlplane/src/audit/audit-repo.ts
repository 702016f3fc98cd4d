import { sql } from 'kysely'

import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import type { AuditRow } from './audit-entry.ts'

/** What is empty or undefined does not narrow. */
export interface AuditFilter {
  /** An action, or what several begin with: `workflow.`. */
  readonly action: string
  /** Id or name. */
  readonly actor: string
  readonly targetType: string
  readonly targetId: string
  readonly outcome: 'done' | 'refused' | undefined
  readonly since: Date | undefined
  readonly until: Date | undefined
}

export interface RowPosition {
  readonly createdAt: Date
  readonly id: string
}

interface ListQuery {
  readonly organizationId: string
  readonly filter: AuditFilter
  readonly after: RowPosition | undefined
  readonly limit: number
}

/** Newest first. */
export function list(
  db: Db,
  { organizationId, filter, after, limit }: ListQuery,
): Promise<(AuditRow & { readonly position: number | null })[]> {
  const { action, actor, targetType, targetId, outcome, since, until } = filter
  return db
    .selectFrom('audit_entries as e')
    .leftJoin('audit_positions as p', 'p.entry_id', 'e.id')
    .where('e.organization_id', '=', organizationId)
    .$if(action !== '', (q) =>
      action.endsWith('.')
        ? q.where(sql<boolean>`starts_with(e.action, ${action})`)
        : q.where('e.action', '=', action),
    )
    .$if(actor !== '', (q) => q.where(isUuid(actor) ? 'e.actor_id' : 'e.actor_name', '=', actor))
    .$if(targetType !== '', (q) => q.where('e.target_type', '=', targetType))
    .$if(targetId !== '', (q) => q.where('e.target_id', '=', targetId))
    .$if(outcome !== undefined, (q) => q.where('e.outcome', '=', outcome ?? 'done'))
    .$if(since !== undefined, (q) => q.where('e.created_at', '>=', since ?? new Date()))
    .$if(until !== undefined, (q) => q.where('e.created_at', '<', until ?? new Date()))
    .$if(after !== undefined, (q) =>
      q.where(
        sql<boolean>`(e.created_at, e.id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .selectAll('e')
    .select('p.position')
    .orderBy('e.created_at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit)
    .execute()
}

/** In the order of the log, from a position on; ends before one that is missing. */
export async function readFrom(
  db: Db,
  { organizationId, first, limit }: { organizationId: string; first: number; limit: number },
): Promise<(AuditRow & { readonly position: number })[]> {
  const rows = await db
    .selectFrom('audit_positions as p')
    .innerJoin('audit_entries as e', 'e.id', 'p.entry_id')
    .where('p.organization_id', '=', organizationId)
    .where('e.organization_id', '=', organizationId)
    .where('p.position', '>=', first)
    .where('p.position', '<', first + limit)
    .selectAll('e')
    .select('p.position')
    .orderBy('p.position')
    .execute()
  return rows.filter(({ position }, offset) => position === first + offset)
}
