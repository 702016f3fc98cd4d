import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table signers (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    name text not null,
    kind text not null check (kind in ('public_key', 'certificate_chain', 'fulcio')),
    fingerprint text not null,
    material bytea not null,
    identity text not null default '',
    issuer text not null default '',
    all_projects boolean not null,
    not_before timestamptz(3) not null,
    not_after timestamptz(3) check (not_after > not_before),
    created_by text not null,
    created_at timestamptz(3) not null default now(),
    removed_at timestamptz(3),
    unique (organization_id, id)
  )`,
  `create unique index signers_live_name on signers (organization_id, name) where removed_at is null`,
  `create unique index signers_live_key on signers (organization_id, fingerprint)
    where removed_at is null and kind = 'public_key'`,

  `create table signer_projects (
    organization_id uuid not null,
    signer_id uuid not null,
    project_id uuid not null,
    primary key (signer_id, project_id),
    foreign key (organization_id, signer_id) references signers (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create index signer_projects_by_project on signer_projects (organization_id, project_id)`,

  `alter table attestations add column signer_id uuid`,
  `alter table attestations add foreign key (organization_id, signer_id) references signers (organization_id, id)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
