import type { Kysely } from 'kysely'

import { run } from './statements.ts'

// Times have milliseconds, as in JavaScript: a cursor made of a time must compare equal to the row it came from.
// `unique (organization_id, id)` is what children refer to, so that no row can point into another organization.

const statements = [
  `create table organizations (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    suspended boolean not null default false,
    block_on_policy_violation boolean not null default false,
    policies_allowed_hostnames text[] not null default '{}',
    prevent_implicit_workflow_creation boolean not null default true,
    restrict_contract_creation_to_org_admins boolean not null default false,
    api_token_max_days_inactive integer,
    enable_ai_agent_collector boolean not null default false,
    block_attestations_on_released_versions boolean not null default false,
    skip_runner_env_vars boolean not null default false,
    allow_job_contract_update boolean not null default false,
    allow_old_contract_revisions boolean not null default false,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3)
  )`,
  `create unique index organizations_live_name on organizations (name) where deleted_at is null`,

  `create table projects (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    name text not null,
    description text not null default '',
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id)
  )`,
  `create unique index projects_live_name on projects (organization_id, name) where deleted_at is null`,

  `create table project_versions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    version text not null,
    prerelease boolean not null default true,
    latest boolean not null default false,
    released_at timestamptz(3),
    workflow_run_count integer not null default 0,
    last_run_at timestamptz(3),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create unique index project_versions_live_version on project_versions (project_id, version) where deleted_at is null`,
  `create unique index project_versions_one_latest on project_versions (project_id) where latest and deleted_at is null`,

  `create table api_tokens (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    project_id uuid,
    name text not null,
    description text not null default '',
    role text not null check (role in ('attester', 'viewer', 'operator')),
    rights text[] not null default '{}',
    created_by text not null,
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    created_at timestamptz(3) not null default now(),
    check (role <> 'attester' or project_id is not null),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create unique index api_tokens_organization_name on api_tokens (organization_id, name) where revoked_at is null and project_id is null`,
  `create unique index api_tokens_project_name on api_tokens (project_id, name) where revoked_at is null and project_id is not null`,
  `create index api_tokens_list on api_tokens (organization_id, created_at, id)`,

  `create table cas_backends (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    name text not null,
    provider text not null,
    location text not null,
    description text not null default '',
    is_default boolean not null default false,
    is_fallback boolean not null default false,
    managed boolean not null default false,
    max_blob_bytes bigint not null default 0,
    sealed_credentials bytea,
    validation_status text not null default 'ok' check (validation_status in ('ok', 'invalid')),
    validation_error text,
    validated_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    check (not (is_default and is_fallback)),
    unique (organization_id, id)
  )`,
  `create unique index cas_backends_live_name on cas_backends (organization_id, name) where deleted_at is null`,
  `create unique index cas_backends_one_default on cas_backends (organization_id) where is_default and deleted_at is null`,
  `create unique index cas_backends_one_fallback on cas_backends (organization_id) where is_fallback and deleted_at is null`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
