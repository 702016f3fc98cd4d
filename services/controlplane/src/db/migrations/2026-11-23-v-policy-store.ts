import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  // A name that is deleted goes on counting its versions when it is applied again.
  `create table stored_policies (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    kind text not null check (kind in ('policy', 'policy_group')),
    name text not null,
    description text not null default '',
    latest_version integer not null check (latest_version > 0),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    deleted_at timestamptz(3),
    unique (organization_id, id),
    unique (organization_id, kind, name)
  )`,
  `create table stored_policy_versions (
    organization_id uuid not null,
    policy_id uuid not null,
    version integer not null check (version > 0),
    digest text not null,
    created_by text not null,
    created_by_name text not null,
    created_at timestamptz(3) not null default now(),
    primary key (policy_id, version),
    foreign key (organization_id, policy_id) references stored_policies (organization_id, id),
    foreign key (organization_id, digest) references policy_documents (organization_id, digest)
  )`,

  `create table policy_defaults (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    policy_id uuid not null,
    version integer not null,
    inputs jsonb not null default '{}',
    gate boolean,
    shadow boolean not null default false,
    created_by text not null,
    created_by_name text not null,
    created_at timestamptz(3) not null default now(),
    removed_at timestamptz(3),
    foreign key (organization_id, policy_id) references stored_policies (organization_id, id),
    foreign key (policy_id, version) references stored_policy_versions (policy_id, version)
  )`,
  `create unique index policy_defaults_live on policy_defaults (policy_id) where removed_at is null`,
  `create index policy_defaults_list on policy_defaults (organization_id, created_at)`,

  `alter table organizations add column two_person_policy_exceptions boolean not null default false`,
  `create table policy_exceptions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    policy text not null,
    project_id uuid,
    workflow_id uuid,
    material text not null default '',
    digest text not null default '',
    violation text not null default '',
    reason text not null,
    state text not null default 'requested'
      check (state in ('requested', 'approved', 'rejected', 'revoked', 'expired')),
    approvals_needed integer not null check (approvals_needed > 0),
    expires_at timestamptz(3) not null,
    approved_at timestamptz(3),
    requested_by text not null,
    requested_by_name text not null,
    created_at timestamptz(3) not null default now(),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, workflow_id) references workflows (organization_id, id)
  )`,
  `create index policy_exceptions_list on policy_exceptions (organization_id, created_at desc, id desc)`,
  `create index policy_exceptions_approved on policy_exceptions (organization_id, policy) where approved_at is not null`,
  `create index policy_exceptions_to_expire on policy_exceptions (expires_at) where state in ('requested', 'approved')`,

  `create table policy_exception_decisions (
    organization_id uuid not null,
    exception_id uuid not null,
    kind text not null check (kind in ('approved', 'rejected', 'revoked')),
    decided_by text not null,
    decided_by_name text not null,
    comment text not null default '',
    created_at timestamptz(3) not null default now(),
    primary key (exception_id, kind, decided_by),
    foreign key (organization_id, exception_id) references policy_exceptions (organization_id, id)
  )`,
  // What was taken into account when a run was judged; material is empty for the attestation.
  `create table policy_exception_uses (
    organization_id uuid not null,
    run_id uuid not null,
    exception_id uuid not null,
    material text not null default '',
    violations jsonb not null default '[]',
    created_at timestamptz(3) not null default now(),
    primary key (run_id, exception_id, material),
    foreign key (organization_id, run_id) references runs (organization_id, id),
    foreign key (organization_id, exception_id) references policy_exceptions (organization_id, id)
  )`,
  `create index policy_exception_uses_of on policy_exception_uses (exception_id)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
