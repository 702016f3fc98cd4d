import type { Db } from '../db/db.ts'
import type { RunReference } from '../runs/run-repo.ts'
import { BACKOFF } from './provenance-repo.ts'

/**
 * Runs whose provenance or summaries are due, each for the caller alone until its next attempt is due: whoever dies in
 * between has only put it off. Of all organizations.
 */
export async function takeDueProvenances(db: Db, limit: number): Promise<RunReference[]> {
  const rows = await db
    .with('due', (query) =>
      query
        .selectFrom('provenances')
        .select('run_id')
        .where('state', '<>', 'summarized')
        .where('due_at', '<=', (where) => where.fn<Date>('now'))
        .orderBy('due_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('provenances')
    .from('due')
    .whereRef('provenances.run_id', '=', 'due.run_id')
    .set((update) => ({
      attempts: update('provenances.attempts', '+', 1),
      due_at: BACKOFF,
    }))
    .returning(['provenances.organization_id', 'provenances.run_id'])
    .execute()
  return rows.map(({ organization_id: organizationId, run_id: id }) => ({ organizationId, id }))
}
