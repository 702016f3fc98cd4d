import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `create table referrers (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    digest text not null,
    kind text not null,
    downloadable boolean not null default false,
    metadata jsonb not null default '{}',
    annotations jsonb not null default '{}',
    created_at timestamptz(3) not null default now(),
    unique (organization_id, digest, kind),
    unique (organization_id, id)
  )`,

  `create table referrer_edges (
    organization_id uuid not null,
    from_id uuid not null,
    to_id uuid not null,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, from_id, to_id),
    foreign key (organization_id, from_id) references referrers (organization_id, id),
    foreign key (organization_id, to_id) references referrers (organization_id, id)
  )`,
  `create index referrer_edges_page on referrer_edges (organization_id, from_id, created_at desc, to_id desc)`,

  `create table referrer_projects (
    organization_id uuid not null,
    referrer_id uuid not null,
    project_id uuid not null,
    project_version_id uuid not null,
    created_at timestamptz(3) not null default now(),
    primary key (organization_id, referrer_id, project_id, project_version_id),
    foreign key (organization_id, referrer_id) references referrers (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, project_version_id) references project_versions (organization_id, id)
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
