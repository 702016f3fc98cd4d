import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table contracts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    project_id uuid,
    name text not null,
    description text not null default '',
    latest_revision integer not null default 1,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create unique index contracts_live_name on contracts (organization_id, name) where deleted_at is null`,

  `create table contract_revisions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    contract_id uuid not null,
    revision integer not null check (revision > 0),
    raw_body bytea not null,
    format text not null check (format in ('json', 'yaml')),
    digest text not null,
    description text not null default '',
    created_at timestamptz(3) not null default now(),
    unique (contract_id, revision),
    unique (organization_id, id),
    foreign key (organization_id, contract_id) references contracts (organization_id, id)
  )`,

  `create table workflows (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    contract_id uuid not null,
    name text not null,
    team text not null default '',
    description text not null default '',
    metadata jsonb not null default '{}',
    allow_job_contract_update boolean,
    allow_old_contract_revisions boolean,
    runs_count integer not null default 0,
    latest_run_id uuid,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, contract_id) references contracts (organization_id, id)
  )`,
  `create unique index workflows_live_name on workflows (organization_id, project_id, name) where deleted_at is null`,
  `create index workflows_list on workflows (organization_id, created_at, id) where deleted_at is null`,
  `create index workflows_activity on workflows (organization_id, updated_at) where deleted_at is null`,
  `create index workflows_contract on workflows (contract_id) where deleted_at is null`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
