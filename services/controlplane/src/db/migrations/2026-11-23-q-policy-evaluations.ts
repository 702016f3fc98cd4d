import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** What the control plane itself found, and where the job had said something else. */
const statements = [
  `create table policy_evaluations (
    run_id uuid primary key,
    organization_id uuid not null,
    evaluations jsonb not null,
    differences jsonb not null default '[]',
    evaluated_at timestamptz(3) not null,
    foreign key (organization_id, run_id) references runs (organization_id, id)
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
