import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import * as provenances from '../provenance/provenance-repo.ts'
import { issueSummary, type SummaryDeps } from './issue-summary.ts'
import type { Summary } from './summary.ts'

const NEWEST = { after: undefined, size: 1 }

/** For an artifact by its digest: of the newest run that made it, or of the one that is named. */
export async function createSummary(
  ctx: SummaryDeps,
  actor: Actor,
  { digest, runId }: { readonly digest: string; readonly runId: string },
): Promise<Summary> {
  actor.requireSomewhere('run:read')
  const { organizationId, projectIds } = actor
  const [provenance] =
    runId === ''
      ? await provenances.listBySubject(ctx.db, { organizationId, projectIds, digest }, NEWEST)
      : [await provenances.find(ctx.db, { organizationId, id: runId })]
  const subject = provenance?.subjects.find((one) => one.digest === digest)
  if (!provenance || !subject || !actor.can('run:read', { projectId: provenance.projectId })) {
    throw notFound('artifact', digest)
  }
  return issueSummary(ctx, actor, { provenance, subject })
}
