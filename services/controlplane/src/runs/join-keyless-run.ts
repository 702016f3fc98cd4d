import { notFound, unauthenticated } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { boundActor, type TrustedJob } from '../auth/trusted-job.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import type { Db } from '../db/db.ts'
import { useOnce } from '../identities/identity-token-repo.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import { assertOpen } from './open-run.ts'
import * as runs from './run-repo.ts'
import { grantorOf, issueRunToken } from './run-token.ts'
import type { RunToken } from './run-token.ts'
import type { Run } from './run.ts'

/**
 * A token for a further job of the pipeline that opened a run with its identity. The job's own token is used up by this.
 * Runs of other pipelines, and of jobs that have no identity, are not there. From here on the run's identity says only
 * what is true of all its jobs: one of them on another machine may have done the work.
 */
export async function joinKeylessRun(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  job: TrustedJob,
  runId: string,
): Promise<RunToken> {
  return inTransaction(db, async (tx) => {
    const reference = { organizationId: job.organization.id, id: runId }
    await runs.lock(tx, reference)
    const run = await runs.find(tx, reference)
    const bound = run && boundTo(job, run)
    if (!run || !bound) throw notFound('run', runId)
    assertOpen(run)
    if (!(await useOnce(tx, job.token))) {
      throw unauthenticated('the identity token was used before', {
        reason: 'IDENTITY_TOKEN_USED',
        hint: 'ask the CI platform for a new one',
      })
    }
    await recordJob(tx, { run, ...bound })
    return issueRunToken(tokens, run, grantorOf(bound.actor))
  })
}

/** For a job that has joined and has lost the answer: its token is used up. */
export async function rejoinKeylessRun(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  job: TrustedJob,
  runId: string,
): Promise<RunToken> {
  const run = await runs.find(db, { organizationId: job.organization.id, id: runId })
  const bound = run && boundTo(job, run)
  if (!run || !bound) throw notFound('run', runId)
  assertOpen(run)
  return issueRunToken(tokens, run, grantorOf(bound.actor))
}

type Bound = ReturnType<typeof boundActor>

function boundTo(job: TrustedJob, { project, identity }: Run): Bound | undefined {
  if (!identity || !job.rules.some((rule) => rule.project.name === project.name)) return undefined
  const bound = boundActor(job, project.name)
  return isSamePipeline(identity, bound.identity) ? bound : undefined
}

function isSamePipeline(one: JobIdentity, other: JobIdentity): boolean {
  return (
    one.pipeline !== undefined &&
    one.pipeline === other.pipeline &&
    one.platform === other.platform &&
    one.issuer === other.issuer
  )
}

async function recordJob(
  tx: Db,
  { run, actor, identity }: Bound & { readonly run: Run },
): Promise<void> {
  const reference = { organizationId: run.organization.id, id: run.id }
  await runs.touch(tx, reference)
  if (run.identity) await runs.setIdentity(tx, reference, common(run.identity, identity))
  const { subject, environment, workflowRef, runUrl, rule } = identity
  await audit.record(tx, {
    organizationId: run.organization.id,
    actor,
    action: 'run.joined',
    targetType: 'run',
    targetId: run.id,
    details: { subject, environment, workflowRef, runUrl, rule: rule.name },
  })
}

/** Commit and trigger are one for all jobs of a pipeline; machine and workflow definition are not. */
function common(one: JobIdentity, other: JobIdentity): JobIdentity {
  const { environment, workflowRef, workflowCommit, ...rest } = one
  const isSameWorkflow =
    workflowRef === other.workflowRef && workflowCommit === other.workflowCommit
  return {
    ...rest,
    ...(environment !== undefined && environment === other.environment && { environment }),
    ...(isSameWorkflow && workflowRef !== undefined && { workflowRef }),
    ...(isSameWorkflow && workflowCommit !== undefined && { workflowCommit }),
  }
}
