import { conflict, unauthenticated } from '@chainloop/kit/errors'

import { boundActor, type TrustedJob } from '../auth/trusted-job.ts'
import { inTransaction } from '../db/db.ts'
import { useOnce } from '../identities/identity-token-repo.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import { findOrCreateWorkflow } from '../workflows/find-or-create-workflow.ts'
import { type InitDeps, initRun, type InitRunInput, type OpenedRun } from './init-run.ts'

/**
 * Opens a run for a job that has no account: its identity token is used up by this, or, when no run is opened, not at
 * all. The workflow is made where the organization or the trust rule lets jobs make it.
 */
export async function initKeylessRun(
  ctx: InitDeps,
  job: TrustedJob,
  input: InitRunInput,
): Promise<OpenedRun> {
  const { actor, identity } = boundActor(job, input.projectName)
  const known = withFacts(input, identity)
  return inTransaction(ctx.db, async (db) => {
    if (!(await useOnce(db, job.token))) {
      throw unauthenticated('the identity token was used before', {
        reason: 'IDENTITY_TOKEN_USED',
        hint: 'ask the CI platform for a new one',
      })
    }
    await findOrCreateWorkflow({ db }, actor, {
      name: input.workflowName,
      projectName: input.projectName,
      contractName: '',
      contractBytes: new Uint8Array(),
    })
    return initRun({ ...ctx, db }, actor, { ...known, identity })
  })
}

/** What was verified counts; a job that says something else is told so at once. */
function withFacts(input: InitRunInput, { runnerType, runUrl }: JobIdentity): InitRunInput {
  const pairs = [
    ['runner', input.runnerType, runnerType],
    ['job URL', input.runUrl || undefined, runUrl],
  ] as const
  for (const [what, said, verified] of pairs) {
    if (verified === undefined || said === undefined || said === verified) continue
    throw conflict(`the job says that its ${what} is ${said}, its identity says ${verified}`, {
      reason: 'IDENTITY_MISMATCH',
    })
  }
  return { ...input, runUrl: runUrl ?? input.runUrl }
}
