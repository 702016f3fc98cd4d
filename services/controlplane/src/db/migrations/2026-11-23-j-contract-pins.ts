import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table policy_documents (
    organization_id uuid not null references organizations (id),
    digest text not null,
    content bytea not null,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, digest)
  )`,

  `create table contract_pins (
    organization_id uuid not null,
    contract_revision_id uuid not null,
    position integer not null check (position >= 0),
    kind text not null check (kind in ('policy', 'policy_group', 'script')),
    reference text not null,
    referrer text not null,
    location text not null,
    digest text not null,
    size integer not null,
    primary key (contract_revision_id, position),
    foreign key (organization_id, contract_revision_id) references contract_revisions (organization_id, id),
    foreign key (organization_id, digest) references policy_documents (organization_id, digest)
  )`,
  `create index contract_pins_of_document on contract_pins (organization_id, digest)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
