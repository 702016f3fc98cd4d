import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** What counts runs reads nothing but this index. */
const statements = [
  `create index runs_metrics on runs (organization_id, created_at)
    include (state, runner_type, project_id, workflow_id, finished_at)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
