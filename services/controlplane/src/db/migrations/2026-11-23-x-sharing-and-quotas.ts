import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  // One side of what only both together allow.
  `create table discovery_requests (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organizations (id),
    partner_id uuid not null references organizations (id) check (partner_id <> organization_id),
    created_by text not null,
    created_at timestamptz(3) not null default now(),
    unique (organization_id, partner_id)
  )`,
  `create index discovery_requests_by_partner on discovery_requests (partner_id)`,

  // A token that attests may be good for one workflow only.
  `alter table api_tokens
    add column workflow_id uuid,
    add foreign key (organization_id, workflow_id) references workflows (organization_id, id)`,

  // What replicas are configured with; what is not here has no limit.
  `create table instance_quotas (
    resource text primary key,
    value bigint not null check (value >= 0)
  )`,
  `create table organization_quotas (
    organization_id uuid not null references organizations (id),
    resource text not null,
    value bigint check (value >= 0),
    updated_at timestamptz(3) not null default now(),
    primary key (organization_id, resource)
  )`,

  // Bytes that an organization's backends hold, each blob of a backend once: counted with the receipts.
  `create table organization_storage (
    organization_id uuid primary key references organizations (id),
    bytes bigint not null default 0
  )`,
  `create function count_receipt() returns trigger language plpgsql as $body$
    begin
      -- Whoever else reports the same blob waits, and then sees that it is counted.
      perform pg_advisory_xact_lock(hashtextextended(new.cas_backend_id::text || new.digest, 0));
      if not exists (select 1 from upload_receipts
          where organization_id = new.organization_id and cas_backend_id = new.cas_backend_id
            and digest = new.digest and id <> new.id) then
        insert into organization_storage (organization_id, bytes) values (new.organization_id, new.size)
          on conflict (organization_id) do update set bytes = organization_storage.bytes + excluded.bytes;
      end if;
      return null;
    end
  $body$`,
  `create function discount_receipts() returns trigger language plpgsql as $body$
    begin
      update organization_storage set bytes = greatest(0, organization_storage.bytes - gone.bytes) from (
        select one.organization_id, sum(one.size) as bytes from (
          select distinct on (organization_id, cas_backend_id, digest) organization_id, cas_backend_id, digest, size
          from removed) as one
        where not exists (select 1 from upload_receipts as r
          where r.organization_id = one.organization_id and r.cas_backend_id = one.cas_backend_id
            and r.digest = one.digest)
        group by one.organization_id
      ) as gone where gone.organization_id = organization_storage.organization_id;
      return null;
    end
  $body$`,
  `lock table upload_receipts in share row exclusive mode`,
  `insert into organization_storage (organization_id, bytes)
    select organization_id, sum(size) from (
      select distinct on (organization_id, cas_backend_id, digest) organization_id, size
      from upload_receipts order by organization_id, cas_backend_id, digest) as once
    group by organization_id`,
  `create trigger count_storage after insert on upload_receipts
    for each row execute function count_receipt()`,
  `create trigger discount_storage after delete on upload_receipts
    referencing old table as removed
    for each statement execute function discount_receipts()`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
