import type { Context } from '../context.ts'
import { issueProvenance, type IssueDeps } from '../provenance/issue-provenance.ts'
import * as provenances from '../provenance/provenance-repo.ts'
import { takeDueProvenances } from '../provenance/take-due-provenances.ts'
import type { RunReference } from '../runs/run-repo.ts'
import { issueSummaries } from '../summaries/issue-summaries.ts'

/** At once: their log entries are waited for together. */
const BATCH = 50

/**
 * Signs what is due: the provenance of stored runs, then the summaries of their artifacts. What fails stands in its row
 * and is tried again. Returns how many were finished.
 */
export async function issueProvenances(ctx: IssueDeps & Pick<Context, 'log'>): Promise<number> {
  const due = await takeDueProvenances(ctx.db, BATCH)
  const outcomes = await Promise.all(due.map((run) => issueOne(ctx, run)))
  return outcomes.filter(Boolean).length
}

async function issueOne(
  ctx: IssueDeps & Pick<Context, 'log'>,
  run: RunReference,
): Promise<boolean> {
  try {
    const pending = await provenances.find(ctx.db, run)
    if (!pending) return false
    await issueProvenance(ctx, pending)
    const issued = await provenances.find(ctx.db, run)
    if (!issued?.issued) return false
    await issueSummaries(ctx, issued)
    await provenances.finish(ctx.db, run)
    return true
  } catch (err) {
    ctx.log.warn({ err, run: run.id }, 'provenance or summaries of a run are put off')
    await provenances.recordFailure(ctx.db, run, messageOf(err))
    return false
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
