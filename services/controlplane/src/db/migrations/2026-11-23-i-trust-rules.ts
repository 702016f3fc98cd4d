import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table trust_rules (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    name text not null,
    platform text not null check (platform in
      ('github', 'gitlab', 'buildkite', 'circleci', 'google', 'kubernetes', 'generic')),
    issuer text not null,
    claims jsonb not null,
    rights text[] not null default '{}',
    created_by text not null,
    created_at timestamptz(3) not null default now(),
    removed_at timestamptz(3),
    unique (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create unique index trust_rules_live_name on trust_rules (organization_id, name) where removed_at is null`,
  `create index trust_rules_by_issuer on trust_rules (organization_id, issuer) where removed_at is null`,

  // Of the whole instance: a token opens one run, whichever organizations would trust it.
  `create table identity_tokens (
    issuer text not null,
    token_id text not null,
    expires_at timestamptz(3) not null,
    primary key (issuer, token_id)
  )`,
  `create index identity_tokens_to_forget on identity_tokens (expires_at)`,

  `alter table runs add column identity jsonb`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
