import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** What is to be logged waits in a queue; one replica at a time gives an organization's entries their places. */
const statements = [
  `alter table evidence_logs add column origin text`,
  `alter table organizations add column public_log boolean not null default false`,

  `create table log_queue (
    id bigint generated always as identity primary key,
    organization_id uuid not null references organizations (id),
    subject text not null,
    body bytea,
    event jsonb,
    workflow_id uuid,
    check ((body is null) <> (event is null)),
    check ((event is null) = (workflow_id is null))
  )`,
  `create index log_queue_by_organization on log_queue (organization_id, id)`,

  `create table log_entries (
    organization_id uuid not null references organizations (id),
    position bigint not null,
    queue_id bigint not null unique,
    subject text not null,
    body bytea not null,
    workflow_id uuid,
    sequence bigint,
    version text,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, position),
    unique (organization_id, workflow_id, sequence)
  )`,
  `create index log_entries_by_subject on log_entries (organization_id, subject, position)`,
  `create trigger log_entries_append_only before update or delete on log_entries
    for each row execute function refuse_audit_change()`,
  `create trigger log_entries_keeps_all before truncate on log_entries
    for each statement execute function refuse_audit_change()`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
