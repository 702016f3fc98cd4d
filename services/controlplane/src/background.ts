import { setTimeout as sleep } from 'node:timers/promises'

import { sequenceAudit } from './audit/sequence-audit.ts'
import type { Context } from './context.ts'
import { checkBackends } from './jobs/check-backends.ts'
import { expireRuns } from './jobs/expire-runs.ts'
import { forgetIdentityTokens } from './jobs/forget-identity-tokens.ts'
import { forgetSessions } from './jobs/forget-sessions.ts'
import { replicateAttestations } from './jobs/replicate-attestations.ts'
import { workOnStorage } from './jobs/work-on-storage.ts'
import { forgetUnusedSecrets } from './secrets/forget-unused-secrets.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** What runs by the clock, in every replica: each job sees to it that its work is done once. */
export async function startBackground(ctx: Context): Promise<AsyncDisposable> {
  const stopping = new AbortController()
  const replication = await replicateAttestations(ctx)
  const clock = { ctx, stopping }
  const loops = [
    every(MINUTE_MS, { ...clock, name: 'expire-runs', run: () => expireRuns(ctx) }),
    every(HOUR_MS, { ...clock, name: 'forget-sessions', run: () => forgetSessions(ctx) }),
    every(HOUR_MS, {
      ...clock,
      name: 'forget-identity-tokens',
      run: () => forgetIdentityTokens(ctx),
    }),
  ]
  loops.push(
    every(5 * SECOND_MS, { ...clock, name: 'check-backends', run: () => checkBackends(ctx) }),
    every(SECOND_MS, {
      ...clock,
      name: 'work-on-storage',
      run: () => workOnStorage(ctx, stopping.signal),
    }),
    every(HOUR_MS, {
      ...clock,
      name: 'forget-unused-secrets',
      run: () => forgetUnusedSecrets(ctx),
    }),
  )
  const { db, config, logKey: key } = ctx
  if (key === undefined) {
    ctx.log.warn({}, 'the audit log has no signed heads: set CHAINLOOP_LOG_KEY')
  } else {
    const run = () => sequenceAudit({ db, issuer: config.issuer, key })
    loops.push(every(SECOND_MS, { ...clock, name: 'sequence-audit', run }))
  }
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await replication[Symbol.asyncDispose]()
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
