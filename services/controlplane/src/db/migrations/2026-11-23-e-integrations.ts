import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  // What the workers of this instance can run: no tenant's data.
  `create table integration_plugins (
    id text primary key,
    version text not null,
    description text not null default '',
    registration_schema jsonb not null,
    attachment_schema jsonb not null,
    subscribed_materials text[] not null default '{}',
    announced_at timestamptz(3) not null default now()
  )`,

  `create table integrations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    name text not null,
    plugin_id text not null,
    description text not null default '',
    configuration jsonb not null default '{}',
    sealed_credentials bytea,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id)
  )`,
  `create unique index integrations_live_name on integrations (organization_id, name) where deleted_at is null`,
  `create index integrations_list on integrations (organization_id, created_at, id) where deleted_at is null`,

  `create table integration_attachments (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    workflow_id uuid not null,
    integration_id uuid not null,
    configuration jsonb not null default '{}',
    sealed_credentials bytea,
    created_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, workflow_id) references workflows (organization_id, id),
    foreign key (organization_id, integration_id) references integrations (organization_id, id)
  )`,
  `create index integration_attachments_by_workflow on integration_attachments (organization_id, workflow_id, created_at, id) where deleted_at is null`,
  `create index integration_attachments_by_integration on integration_attachments (organization_id, integration_id) where deleted_at is null`,

  `create table deliveries (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    workflow_id uuid not null,
    run_id uuid not null,
    attestation_id uuid not null,
    attachment_id uuid not null,
    integration_id uuid not null,
    generation integer not null default 1,
    idempotency_key uuid not null default gen_random_uuid(),
    job_id uuid not null default gen_random_uuid(),
    state text not null default 'pending' check (state in ('pending', 'delivered', 'failed', 'cancelled')),
    created_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    unique (organization_id, id),
    unique (attachment_id, attestation_id, generation),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, workflow_id) references workflows (organization_id, id),
    foreign key (organization_id, run_id) references runs (organization_id, id),
    foreign key (organization_id, attestation_id) references attestations (organization_id, id),
    foreign key (organization_id, attachment_id) references integration_attachments (organization_id, id),
    foreign key (organization_id, integration_id) references integrations (organization_id, id)
  )`,
  `create index deliveries_list on deliveries (organization_id, created_at desc, id desc)`,
  `create index deliveries_by_run on deliveries (organization_id, run_id, created_at desc, id desc)`,
  `create index deliveries_by_workflow on deliveries (organization_id, workflow_id, created_at desc, id desc)`,
  `create index deliveries_by_integration on deliveries (organization_id, integration_id, created_at desc, id desc)`,

  `create table delivery_attempts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    delivery_id uuid not null,
    job_id text not null,
    job_try integer not null,
    number integer not null check (number > 0),
    outcome text not null default '' check (outcome in ('', 'delivered', 'retryable', 'throttled', 'permanent', 'lost')),
    response_code integer not null default 0,
    detail text not null default '',
    duration_ms bigint not null default 0,
    started_at timestamptz(3) not null,
    created_at timestamptz(3) not null default now(),
    unique (delivery_id, number),
    unique (delivery_id, job_id, job_try),
    foreign key (organization_id, delivery_id) references deliveries (organization_id, id)
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
