import type { Kysely } from 'kysely'

import { run } from './statements.ts'

/** A run can be stored before its policies have been evaluated: then it shows that, until they have. */
const statements = [
  `alter table runs drop constraint runs_policy_status_check`,
  `alter table runs add constraint runs_policy_status_check check (policy_status in
    ('not_applicable', 'passed', 'skipped', 'warning', 'blocked', 'bypassed', 'evaluating'))`,
  `alter table policy_evaluations add column finished_at timestamptz(3)`,
  `update policy_evaluations set finished_at = evaluated_at`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, statements)
}
