import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** What the control plane signs about artifacts, and whom operators believe about their builds. */
const statements = [
  // A row is the work itself: it is there from the moment that the run is stored, and due until everything is signed.
  `create table provenances (
    run_id uuid primary key,
    organization_id uuid not null,
    project_id uuid not null,
    project_version_id uuid not null,
    state text not null default 'pending' check (state in ('pending', 'signed', 'summarized')),
    subjects jsonb not null,
    released_by jsonb,
    due_at timestamptz(3) not null default now(),
    attempts integer not null default 0,
    last_error text not null default '',
    build_level smallint check (build_level between 1 and 3),
    level_reason text not null default '',
    builder_id text not null default '',
    bundle bytea,
    digest text,
    issued_at timestamptz(3),
    created_at timestamptz(3) not null default now(),
    check ((state = 'pending') = (bundle is null)),
    foreign key (organization_id, run_id) references runs (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create index provenances_due on provenances (due_at) where state <> 'summarized'`,
  `create index provenances_pending on provenances (organization_id, project_version_id) where state = 'pending'`,
  `create table provenance_subjects (
    organization_id uuid not null,
    digest text not null,
    run_id uuid not null references provenances (run_id),
    primary key (organization_id, digest, run_id)
  )`,
  `create table verification_summaries (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    run_id uuid not null,
    subject_digest text not null,
    subject_name text not null,
    resource_uri text not null,
    result text not null check (result in ('PASSED', 'FAILED')),
    verified_levels text[] not null,
    reasons jsonb not null,
    bundle bytea not null,
    bundle_digest text not null,
    envelope bytea not null,
    envelope_digest text not null,
    verified_at timestamptz(3) not null,
    created_at timestamptz(3) not null default now(),
    foreign key (organization_id, run_id) references runs (organization_id, id)
  )`,
  `create index verification_summaries_by_subject
    on verification_summaries (organization_id, subject_digest, created_at desc, id desc)`,
  `create index verification_summaries_by_run on verification_summaries (organization_id, run_id)`,
  `create table builders (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    issuer text not null default '',
    signer_id uuid,
    builder text not null,
    max_level smallint not null check (max_level between 1 and 3),
    created_by text not null,
    created_at timestamptz(3) not null default now(),
    check ((issuer = '') = (signer_id is not null)),
    foreign key (organization_id, signer_id) references signers (organization_id, id)
  )`,
  `create unique index builders_by_issuer on builders (organization_id, issuer, builder) where signer_id is null`,
  `create unique index builders_by_signer on builders (organization_id, signer_id, builder) where signer_id is not null`,
  `alter table signers add column purpose text not null default 'attestations'
    check (purpose in ('attestations', 'materials'))`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
