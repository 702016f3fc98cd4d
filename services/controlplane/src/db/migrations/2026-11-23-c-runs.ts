import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table runs (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    workflow_id uuid not null,
    project_version_id uuid not null,
    contract_revision_id uuid not null,
    cas_backend_id uuid not null,
    contract_revision_used integer not null,
    contract_revision_latest integer not null,
    state text not null default 'initialized'
      check (state in ('initialized', 'success', 'error', 'expired', 'canceled')),
    reason text not null default '',
    run_url text not null default '',
    instance_url text not null default '',
    runner_type text not null default 'RUNNER_TYPE_UNSPECIFIED',
    created_by text not null,
    guarantees text[] not null default '{}',
    attestation_digest text,
    policy_status text check (policy_status in
      ('not_applicable', 'passed', 'skipped', 'warning', 'blocked', 'bypassed')),
    policy_evaluations_total integer,
    policy_evaluations_passed integer,
    policy_evaluations_skipped integer,
    policy_violations_count integer,
    policy_violations_suppressed integer,
    policy_has_gates boolean,
    last_activity_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, workflow_id) references workflows (organization_id, id),
    foreign key (organization_id, project_version_id) references project_versions (organization_id, id),
    foreign key (organization_id, contract_revision_id) references contract_revisions (organization_id, id),
    foreign key (organization_id, cas_backend_id) references cas_backends (organization_id, id)
  )`,
  `create index runs_list on runs (organization_id, created_at desc, id desc)`,
  `create index runs_by_workflow on runs (organization_id, workflow_id, created_at desc, id desc)`,
  `create index runs_by_project on runs (organization_id, project_id, created_at desc, id desc)`,
  `create index runs_by_state on runs (organization_id, state, created_at desc, id desc)`,
  `create index runs_by_policy_status on runs (organization_id, policy_status, created_at desc, id desc) where policy_status is not null`,
  `create index runs_by_digest on runs (organization_id, attestation_digest) where attestation_digest is not null`,
  `create index runs_to_expire on runs (last_activity_at) where state = 'initialized'`,

  `create table run_states (
    run_id uuid primary key,
    organization_id uuid not null,
    state bytea not null,
    digest text not null,
    revision integer not null,
    updated_at timestamptz(3) not null default now(),
    foreign key (organization_id, run_id) references runs (organization_id, id)
  )`,

  `create table run_certificates (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    run_id uuid not null,
    serial text not null unique,
    fingerprint text not null,
    issued_to text not null,
    not_before timestamptz(3) not null,
    not_after timestamptz(3) not null,
    created_at timestamptz(3) not null default now(),
    foreign key (organization_id, run_id) references runs (organization_id, id)
  )`,
  `create index run_certificates_by_run on run_certificates (organization_id, run_id)`,

  `create table attestations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    workflow_id uuid not null,
    run_id uuid not null unique,
    digest text not null,
    bundle bytea not null,
    fields jsonb not null default '[]',
    created_at timestamptz(3) not null default now(),
    unique (organization_id, id),
    unique (organization_id, digest),
    foreign key (organization_id, run_id) references runs (organization_id, id)
  )`,

  `create table upload_receipts (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    run_id uuid,
    cas_backend_id uuid not null,
    transfer_id text not null,
    digest text not null,
    size bigint not null check (size >= 0),
    file_name text not null default '',
    deduplicated boolean not null default false,
    digest_bound boolean not null default false,
    created_at timestamptz(3) not null default now(),
    unique (transfer_id, digest),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, run_id) references runs (organization_id, id),
    foreign key (organization_id, cas_backend_id) references cas_backends (organization_id, id)
  )`,
  `create index upload_receipts_by_project on upload_receipts (organization_id, project_id, digest)`,

  `create table cas_mappings (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    cas_backend_id uuid not null,
    run_id uuid,
    digest text not null,
    size bigint not null check (size >= 0),
    file_name text not null default '',
    created_at timestamptz(3) not null default now(),
    unique (organization_id, project_id, cas_backend_id, digest),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, cas_backend_id) references cas_backends (organization_id, id)
  )`,
  `create index cas_mappings_by_digest on cas_mappings (organization_id, digest)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
