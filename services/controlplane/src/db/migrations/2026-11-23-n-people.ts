import type { Kysely } from 'kysely'

import { run } from './statements.ts'

// Who is in a group or on a project is a member of that organization: foreign keys say so, and end both together.

const statements = [
  `create table users (
    id uuid primary key default gen_random_uuid(),
    email text not null unique check (email = lower(email)),
    first_name text not null default '',
    last_name text not null default '',
    instance_admin boolean not null default false,
    current_organization_id uuid references organizations (id),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now()
  )`,
  `create index users_by_current_organization on users (current_organization_id)`,
  `create table user_identities (
    issuer text not null,
    subject text not null,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz(3) not null default now(),
    primary key (issuer, subject),
    unique (user_id, issuer)
  )`,
  `create table sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete cascade,
    client_name text not null default '',
    generation integer not null default 0,
    rotated_at timestamptz(3) not null default now(),
    last_used_at timestamptz(3) not null default now(),
    refresh_until timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    revoked_at timestamptz(3),
    created_at timestamptz(3) not null default now()
  )`,
  `create index sessions_by_user on sessions (user_id, created_at desc, id desc)`,
  `create index sessions_by_end on sessions (expires_at)`,
  `create table sign_ins (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('browser', 'device')),
    secret_digest text not null unique,
    user_code text unique,
    code_challenge text not null default '',
    client_name text not null default '',
    user_id uuid references users (id) on delete cascade,
    state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'used')),
    interval_seconds integer not null default 5,
    polled_at timestamptz(3),
    expires_at timestamptz(3) not null,
    created_at timestamptz(3) not null default now(),
    check (state in ('pending', 'denied') or user_id is not null)
  )`,
  `create index sign_ins_by_end on sign_ins (expires_at)`,

  `create table memberships (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    user_id uuid not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'viewer', 'member', 'contributor')),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    unique (organization_id, user_id)
  )`,
  `create index memberships_by_user on memberships (user_id, created_at, id)`,
  `create index memberships_list on memberships (organization_id, created_at, id)`,

  `create table groups (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    name text not null,
    description text not null default '',
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    unique (organization_id, id),
    unique (organization_id, name)
  )`,
  `create table group_members (
    organization_id uuid not null,
    group_id uuid not null,
    user_id uuid not null,
    maintainer boolean not null default false,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    primary key (group_id, user_id),
    foreign key (organization_id, group_id) references groups (organization_id, id) on delete cascade,
    foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
  )`,
  `create index group_members_by_user on group_members (organization_id, user_id)`,

  `create table project_members (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    user_id uuid,
    group_id uuid,
    role text not null check (role in ('admin', 'viewer')),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    check ((user_id is null) <> (group_id is null)),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade,
    foreign key (organization_id, group_id) references groups (organization_id, id) on delete cascade
  )`,
  `create unique index project_members_user on project_members (project_id, user_id) where user_id is not null`,
  `create unique index project_members_group on project_members (project_id, group_id) where group_id is not null`,
  `create index project_members_by_user on project_members (organization_id, user_id) where user_id is not null`,
  `create index project_members_by_group on project_members (group_id) where group_id is not null`,

  `create table invitations (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    email text not null check (email = lower(email)),
    role text not null check (role in ('owner', 'admin', 'viewer', 'member', 'contributor')),
    state text not null default 'pending' check (state in ('pending', 'accepted', 'revoked')),
    sender_id uuid references users (id) on delete set null,
    group_id uuid,
    group_maintainer boolean not null default false,
    project_id uuid,
    project_role text check (project_role in ('admin', 'viewer')),
    created_at timestamptz(3) not null default now(),
    ended_at timestamptz(3),
    foreign key (organization_id, group_id) references groups (organization_id, id) on delete set null (group_id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,
  `create unique index invitations_pending on invitations (email, organization_id) where state = 'pending'`,
  `create index invitations_list on invitations (organization_id, created_at, id)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
