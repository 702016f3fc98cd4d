import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const appendOnly = (table: string): string[] => [
  `create trigger ${table}_append_only before update or delete on ${table}
    for each row execute function refuse_audit_change()`,
  `create trigger ${table}_keeps_all before truncate on ${table}
    for each statement execute function refuse_audit_change()`,
]

const statements = [
  `create table evidence_logs (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    kind text not null,
    size bigint not null default 0,
    created_at timestamptz(3) not null default now(),
    unique (organization_id, kind),
    unique (organization_id, id)
  )`,

  `create table evidence_log_nodes (
    organization_id uuid not null,
    log_id uuid not null,
    level integer not null,
    position bigint not null,
    hash bytea not null,
    primary key (log_id, level, position),
    foreign key (organization_id, log_id) references evidence_logs (organization_id, id)
  )`,
  ...appendOnly('evidence_log_nodes'),

  `create table evidence_log_heads (
    organization_id uuid not null,
    log_id uuid not null,
    size bigint not null,
    checkpoint text not null,
    created_at timestamptz(3) not null default now(),
    primary key (log_id, size),
    foreign key (organization_id, log_id) references evidence_logs (organization_id, id)
  )`,
  ...appendOnly('evidence_log_heads'),

  // Entries get their place afterwards, one organization at a time, so that no transaction waits for another's entry.
  `create table audit_positions (
    organization_id uuid not null,
    entry_id uuid primary key references audit_entries (id),
    position bigint not null,
    unique (organization_id, position)
  )`,
  ...appendOnly('audit_positions'),
  `create trigger audit_entries_keeps_all before truncate on audit_entries
    for each statement execute function refuse_audit_change()`,

  `create table audit_pending (
    organization_id uuid not null,
    entry_id uuid not null,
    primary key (organization_id, entry_id)
  )`,
  `create function await_audit_position() returns trigger language plpgsql as $$
    begin
      insert into audit_pending (organization_id, entry_id) values (new.organization_id, new.id);
      return null;
    end $$`,
  `create trigger audit_entries_await_position after insert on audit_entries
    for each row execute function await_audit_position()`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
