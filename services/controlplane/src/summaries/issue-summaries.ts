import type { RunProvenance } from '../provenance/provenance.ts'
import { issueSummary, type SummaryDeps } from './issue-summary.ts'
import * as summaries from './summary-repo.ts'

const SYSTEM = { kind: 'service', id: 'provenance', name: 'provenance signer' } as const

/** One for each artifact of a run that has none yet: an attempt that was broken off goes on where it was. */
export async function issueSummaries(ctx: SummaryDeps, provenance: RunProvenance): Promise<void> {
  const { organizationId, runId } = provenance
  const made = await summaries.list(ctx.db, {
    organizationId,
    projectIds: undefined,
    digest: '',
    runId,
    result: undefined,
    limit: provenance.subjects.length + 1000,
  })
  const done = new Set(made.map(({ subjectDigest }) => subjectDigest))
  const missing = provenance.subjects.filter(({ digest }) => !done.has(digest))
  await Promise.all(missing.map((subject) => issueSummary(ctx, SYSTEM, { provenance, subject })))
}
