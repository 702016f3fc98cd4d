import type { Kysely } from 'kysely'

import { run } from './statements.ts'

const statements = [
  `alter table runs add column workflow_team text not null default ''`,
  `alter table runs add column block_on_policy_violation boolean not null default false`,
  `update runs set
    workflow_team = workflows.team,
    block_on_policy_violation = organizations.block_on_policy_violation
    from workflows, organizations
    where workflows.id = runs.workflow_id and organizations.id = runs.organization_id`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
