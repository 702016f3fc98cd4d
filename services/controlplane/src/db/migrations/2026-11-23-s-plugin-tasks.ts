import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** What somebody waits for while a worker tries settings, or shows what it would send. Rows live for minutes. */
const statements = [
  `alter table integration_plugins
    add column validates_registration boolean not null default false,
    add column validates_attachment boolean not null default false`,
  `create table plugin_tasks (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    kind text not null check (kind in ('validate_registration', 'validate_attachment', 'preview')),
    plugin_id text not null,
    registration_config jsonb not null default '{}',
    attachment_config jsonb not null default '{}',
    secret_id uuid,
    attachment_id uuid,
    run_id uuid,
    result jsonb,
    created_at timestamptz(3) not null default now()
  )`,
  `create index plugin_tasks_created_at on plugin_tasks (created_at)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
