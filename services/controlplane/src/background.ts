import { setTimeout as sleep } from 'node:timers/promises'

import { sequenceAudit } from './audit/sequence-audit.ts'
import type { Context } from './context.ts'
import { letEndedGo } from './deliveries/job-repo.ts'
import { releaseDeliveries } from './deliveries/release-deliveries.ts'
import { checkBackends } from './jobs/check-backends.ts'
import { evaluatePolicies } from './jobs/evaluate-policies.ts'
import { expirePolicyExceptions } from './jobs/expire-policy-exceptions.ts'
import { expireRuns } from './jobs/expire-runs.ts'
import { forgetIdempotencyKeys } from './jobs/forget-idempotency-keys.ts'
import { forgetIdentityTokens } from './jobs/forget-identity-tokens.ts'
import { forgetSessions } from './jobs/forget-sessions.ts'
import { issueProvenances } from './jobs/issue-provenances.ts'
import { replicateAttestations } from './jobs/replicate-attestations.ts'
import { revokeUnusedTokens } from './jobs/revoke-unused-tokens.ts'
import { workOnStorage } from './jobs/work-on-storage.ts'
import { evidenceSigner } from './provenance/evidence-signer.ts'
import { advanceReplays } from './replays/advance-replays.ts'
import { forgetUnusedSecrets } from './secrets/forget-unused-secrets.ts'
import { sequenceLogs } from './transparency/sequence-log.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** What comes meanwhile shares one signed head. */
const LOG_BATCH_MS = 250

/** What runs by the clock, in every replica: each job sees to it that its work is done once. */
export async function startBackground(ctx: Context): Promise<AsyncDisposable> {
  const stopping = new AbortController()
  const replication = await replicateAttestations(ctx)
  const evaluation = await evaluatePolicies(ctx)
  const jobs: Readonly<Record<string, readonly [number, Job['run']]>> = {
    'sequence-audit': [
      SECOND_MS,
      () => sequenceAudit({ db: ctx.db, issuer: ctx.config.issuer, keys: ctx.signing.log }),
    ],
    'reload-keys': [10 * SECOND_MS, () => ctx.signing.reload()],
    'sequence-logs': [LOG_BATCH_MS, () => sequenceLogs(ctx)],
    'expire-runs': [MINUTE_MS, () => expireRuns(ctx)],
    'issue-provenances': [SECOND_MS, () => issueProvenances({ ...ctx, ...evidenceSigner(ctx) })],
    'expire-policy-exceptions': [MINUTE_MS, () => expirePolicyExceptions(ctx)],
    'check-backends': [5 * SECOND_MS, () => checkBackends(ctx)],
    'work-on-storage': [SECOND_MS, () => workOnStorage(ctx, stopping.signal)],
    'release-deliveries': [SECOND_MS, () => releaseDeliveries(ctx)],
    'advance-replays': [SECOND_MS, () => advanceReplays(ctx)],
    'let-ended-jobs-go': [HOUR_MS, () => letEndedGo(ctx.db, ctx.queue)],
    'revoke-unused-tokens': [HOUR_MS, () => revokeUnusedTokens(ctx)],
    'forget-sessions': [HOUR_MS, () => forgetSessions(ctx)],
    'forget-identity-tokens': [HOUR_MS, () => forgetIdentityTokens(ctx)],
    'forget-idempotency-keys': [HOUR_MS, () => forgetIdempotencyKeys(ctx)],
    'forget-unused-secrets': [HOUR_MS, () => forgetUnusedSecrets(ctx)],
  }
  const clock = { ctx, stopping }
  const loops = Object.entries(jobs).map(([name, [intervalMs, run]]) =>
    every(intervalMs, { ...clock, name, run }),
  )
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await replication[Symbol.asyncDispose]()
      await evaluation[Symbol.asyncDispose]()
      await Promise.all(loops)
    },
  }
}

interface Job {
  readonly name: string
  readonly run: () => Promise<unknown>
  readonly ctx: Pick<Context, 'log'>
  readonly stopping: AbortController
}

/** A run that fails is logged and tried again at its next time. */
async function every(intervalMs: number, { name, run, ctx, stopping }: Job): Promise<void> {
  const { signal } = stopping
  while (await slept(intervalMs, signal)) {
    try {
      await run()
    } catch (err) {
      ctx.log.error({ err, job: name }, 'a background job failed')
    }
  }
}

/** False when it is time to stop. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal, ref: false })
    return true
  } catch {
    return false
  }
}
