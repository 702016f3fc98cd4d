import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  // What is known about the way to a registration's target, shared by all replicas.
  `create table delivery_lanes (
    integration_id uuid primary key,
    organization_id uuid not null,
    max_concurrency integer not null default 10 check (max_concurrency between 1 and 100),
    max_per_second double precision check (max_per_second > 0),
    paused_at timestamptz(3),
    pause_reason text not null default '',
    failures integer not null default 0,
    openings integer not null default 0,
    open_until timestamptz(3),
    probing boolean not null default false,
    last_error text not null default '',
    backlogged boolean not null default false,
    released_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    foreign key (organization_id, integration_id) references integrations (organization_id, id)
  )`,
  `insert into delivery_lanes (integration_id, organization_id) select id, organization_id from integrations`,

  `alter table integration_attachments
    add column retry_for_seconds bigint not null default 86400,
    add column order_key text not null default ''`,

  `create table replays (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    project_id uuid not null,
    workflow_id uuid not null,
    attachment_id uuid not null,
    generation integer not null,
    state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
    since timestamptz(3),
    until timestamptz(3) not null,
    run_id uuid,
    digest text not null default '',
    per_minute integer not null check (per_minute > 0),
    total bigint not null,
    sent bigint not null default 0,
    sent_to timestamptz(3),
    sent_to_id uuid,
    advanced_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    unique (organization_id, id),
    unique (attachment_id, generation),
    foreign key (organization_id, attachment_id) references integration_attachments (organization_id, id)
  )`,
  `create index replays_list on replays (organization_id, created_at desc)`,
  `create index replays_running on replays (advanced_at) where state = 'running'`,

  `alter table deliveries
    add column held text not null default '' check (held in ('', 'paused', 'broken', 'order', 'backlog', 'rate')),
    add column order_key text not null default '',
    add column sequence bigint generated always as identity,
    add column next_attempt_at timestamptz(3),
    add column changed_at timestamptz(3) not null default now(),
    add column replay_id uuid,
    add foreign key (organization_id, replay_id) references replays (organization_id, id)`,
  `alter table deliveries drop constraint deliveries_state_check`,
  `alter table deliveries add constraint deliveries_state_check
    check (state in ('pending', 'delivered', 'failed', 'cancelled', 'skipped'))`,
  `alter table delivery_attempts drop constraint delivery_attempts_outcome_check`,
  `alter table delivery_attempts add constraint delivery_attempts_outcome_check
    check (outcome in ('', 'delivered', 'skipped', 'retryable', 'throttled', 'permanent', 'lost'))`,
  `create index deliveries_pending on deliveries (integration_id, created_at) where state = 'pending'`,
  `create index deliveries_ready on deliveries (integration_id) where state = 'pending' and held = ''`,
  // In the order in which they are let go; those of an order key are let go one by one.
  `create index deliveries_held on deliveries (integration_id, sequence)
    where state = 'pending' and held in ('paused', 'broken', 'backlog', 'rate')`,
  `create index deliveries_ordered on deliveries (integration_id, order_key, sequence) where state = 'pending' and order_key <> ''`,
  `create index deliveries_changed on deliveries (organization_id, changed_at)`,
  `create index deliveries_finished on deliveries (integration_id, finished_at) where finished_at is not null`,
  `create index deliveries_by_replay on deliveries (replay_id, state) where replay_id is not null`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
