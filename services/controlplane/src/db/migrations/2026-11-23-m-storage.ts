import type { Kysely } from 'kysely'

import { run } from './statements.ts'

// A blob may only be removed after the last right to it has gone, and nothing may come to rely on one that is being
// removed. Both sides meet in the backend's row: who adds a receipt or a mapping holds a key share of it (as the foreign
// key does anyway) and looks for the blob among the condemned; who sweeps locks it for update before it looks for
// receipts and mappings. `epoch` counts the sweeps: bytes that were sent with a token from before the end of a sweep may
// have been what was swept.

const statements = [
  `create table secrets (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    store text not null,
    sealed_key bytea,
    sealed_value bytea,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    check ((store = 'database') = (sealed_key is not null and sealed_value is not null)),
    unique (organization_id, id)
  )`,

  `alter table cas_backends
    drop column sealed_credentials,
    add column secret_id uuid,
    add column credentials_version bigint not null default 0,
    add column sweep_epoch bigint not null default 0,
    add column check_due_at timestamptz(3) not null default now(),
    add foreign key (organization_id, secret_id) references secrets (organization_id, id)`,
  `create index cas_backends_to_check on cas_backends (check_due_at) where deleted_at is null`,
  `alter table integrations
    drop column sealed_credentials,
    add column secret_id uuid,
    add foreign key (organization_id, secret_id) references secrets (organization_id, id)`,
  `alter table integration_attachments drop column sealed_credentials`,

  `create table cas_condemned_blobs (
    organization_id uuid not null,
    cas_backend_id uuid not null,
    digest text not null,
    state text not null check (state in ('marked', 'sweeping', 'swept')),
    epoch bigint not null default 0,
    marked_at timestamptz(3) not null default now(),
    sweeping_at timestamptz(3),
    swept_at timestamptz(3),
    primary key (cas_backend_id, digest),
    foreign key (organization_id, cas_backend_id) references cas_backends (organization_id, id)
  )`,
  `create index cas_condemned_blobs_by_state on cas_condemned_blobs (cas_backend_id, state, marked_at)`,
  `alter table upload_receipts add column sweep_epoch bigint not null default 0`,
  `create index upload_receipts_by_backend on upload_receipts (organization_id, cas_backend_id, digest)`,
  `create index cas_mappings_by_backend on cas_mappings (organization_id, cas_backend_id, digest)`,

  `create function keep_blob_with_mapping() returns trigger language plpgsql as $body$
    begin
      perform 1 from cas_backends where id = new.cas_backend_id for key share;
      delete from cas_condemned_blobs
        where cas_backend_id = new.cas_backend_id and digest = new.digest and state = 'marked';
      if exists (select 1 from cas_condemned_blobs
          where cas_backend_id = new.cas_backend_id and digest = new.digest) then
        raise exception 'blob % was removed', new.digest using errcode = 'serialization_failure';
      end if;
      return null;
    end
  $body$`,
  `create trigger keep_blob after insert on cas_mappings
    for each row execute function keep_blob_with_mapping()`,
  `create function keep_blob_with_receipt() returns trigger language plpgsql as $body$
    begin
      perform 1 from cas_backends where id = new.cas_backend_id for key share;
      delete from cas_condemned_blobs
        where cas_backend_id = new.cas_backend_id and digest = new.digest
          and (state = 'marked' or (state = 'swept' and epoch <= new.sweep_epoch));
      if exists (select 1 from cas_condemned_blobs
          where cas_backend_id = new.cas_backend_id and digest = new.digest) then
        raise exception 'blob % was removed', new.digest using errcode = 'serialization_failure';
      end if;
      return null;
    end
  $body$`,
  `create trigger keep_blob after insert on upload_receipts
    for each row execute function keep_blob_with_receipt()`,

  `create table retention_policies (
    project_id uuid primary key,
    organization_id uuid not null,
    keep_days integer not null default 0 check (keep_days >= 0),
    legal_hold boolean not null default false,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    foreign key (organization_id, project_id) references projects (organization_id, id)
  )`,

  `create table storage_tasks (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    kind text not null check (kind in ('migration', 'verification', 'collection')),
    state text not null default 'running' check (state in ('running', 'done', 'failed', 'cancelled')),
    cas_backend_id uuid not null,
    target_backend_id uuid,
    dry_run boolean not null default false,
    include_unknown boolean not null default false,
    cancelling boolean not null default false,
    bytes_per_second bigint not null default 0,
    cursor text not null default '',
    done bigint not null default 0,
    total bigint not null default 0,
    bytes bigint not null default 0,
    removed bigint not null default 0,
    marked bigint not null default 0,
    open_runs bigint not null default 0,
    problems bigint not null default 0,
    setbacks integer not null default 0,
    error text not null default '',
    created_by text not null,
    lease_holder uuid,
    due_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    unique (organization_id, id),
    check ((kind = 'migration') = (target_backend_id is not null)),
    foreign key (organization_id, cas_backend_id) references cas_backends (organization_id, id),
    foreign key (organization_id, target_backend_id) references cas_backends (organization_id, id)
  )`,
  `create index storage_tasks_list on storage_tasks (organization_id, created_at desc, id desc)`,
  `create index storage_tasks_due on storage_tasks (due_at) where state = 'running'`,

  `create table storage_task_problems (
    task_id uuid not null,
    organization_id uuid not null,
    digest text not null,
    kind text not null check (kind in ('missing', 'rotten', 'failed')),
    detail text not null default '',
    created_at timestamptz(3) not null default now(),
    primary key (task_id, digest),
    foreign key (organization_id, task_id) references storage_tasks (organization_id, id)
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
