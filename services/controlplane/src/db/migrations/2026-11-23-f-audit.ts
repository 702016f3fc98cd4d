import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table audit_entries (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    action text not null,
    outcome text not null default 'done' check (outcome in ('done', 'refused')),
    target_type text not null,
    target_id text not null,
    details jsonb not null default '{}',
    created_at timestamptz(3) not null default now()
  )`,
  `create index audit_entries_list on audit_entries (organization_id, created_at desc, id desc)`,
  `create index audit_entries_by_target on audit_entries (organization_id, target_type, target_id, created_at desc)`,
  `create function refuse_audit_change() returns trigger language plpgsql as $$
    begin raise exception 'audit entries are append-only'; end $$`,
  `create trigger audit_entries_append_only before update or delete on audit_entries
    for each row execute function refuse_audit_change()`,

  `create table idempotency_keys (
    organization_id uuid not null references organizations (id),
    actor_id text not null,
    key text not null,
    procedure text not null,
    request_digest text not null,
    response bytea,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, actor_id, key)
  )`,
  `create index idempotency_keys_by_age on idempotency_keys (created_at)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
