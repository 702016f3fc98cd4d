import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `alter table audit_entries add column source_address text not null default ''`,
  `alter table audit_entries add column source_agent text not null default ''`,
  `create index audit_entries_by_action on audit_entries (organization_id, action, created_at desc, id desc)`,
  `create index audit_entries_by_actor on audit_entries (organization_id, actor_id, created_at desc, id desc)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
