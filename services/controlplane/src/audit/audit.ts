import type { Actor, Source } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'

export interface AuditEntry {
  readonly organizationId: string
  readonly actor: Pick<Actor, 'kind' | 'id' | 'name'> & { readonly source?: Source }
  /** `workflow.created`. */
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  /** What changed; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  /** `done` when absent. */
  readonly outcome?: 'done' | 'refused'
}

/** Written with the transaction of what it tells, so that one exists exactly if the other does. */
export async function record(tx: Db, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit_entries')
    .values({
      organization_id: entry.organizationId,
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.id,
      actor_name: entry.actor.name,
      source_address: entry.actor.source?.address ?? '',
      source_agent: entry.actor.source?.agent ?? '',
      action: entry.action,
      outcome: entry.outcome ?? 'done',
      target_type: entry.targetType,
      target_id: entry.targetId,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute()
}
