import type { Logger } from '@chainloop/kit/logger'
import type { Egress } from '@chainloop/plugin-sdk/egress'

import type { AttemptReport, ClaimedDelivery, ControlPlane, HeldJob } from '../control-plane.ts'
import { DeliveryError } from '../delivery-error.ts'
import type { Plugin, Receipt } from '../plugin.ts'
import type { Registry } from '../registry.ts'
import { readBundle } from './content.ts'
import { toDeliveryError } from './failure.ts'
import { materialsFor } from './materials.ts'
import { redact } from './redact.ts'
import { reportUntilHeard } from './report.ts'

export interface DeliverContext {
  readonly controlPlane: ControlPlane
  readonly plugins: Registry
  readonly egress: Egress
  readonly log: Logger
  readonly observe: (pluginId: string, report: AttemptReport) => void
  /** Time limit of one attempt. */
  readonly attemptTimeoutMs: number
}

export interface DeliveryJob extends HeldJob {
  /** The queue gives no further try after this one. */
  readonly lastTry: boolean
  /** Aborts when the queue took the job away, or the worker must stop. */
  readonly signal: AbortSignal
}

/** What the queue is told: done with it, or once more, not before `afterMs` when the target said so. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs?: number }

/** One attempt, from the claim to the report. Never throws: what went wrong is in the log and in the verdict. */
export async function deliver(context: DeliverContext, job: DeliveryJob): Promise<Verdict> {
  const log = context.log.child({ deliveryId: job.deliveryId, jobId: job.id })
  try {
    const claimed = await context.controlPlane.claim(job)
    if (!claimed) return { kind: 'done' }
    const { report, verdict } = await attempt(context, { job, claimed })
    context.observe(claimed.pluginId, report)
    log.info({ plugin: claimed.pluginId, ...report }, 'delivery attempted')
    await reportUntilHeard(context.controlPlane, { job, report })
    return verdict
  } catch (cause) {
    log.error({ err: cause }, 'the control plane could not be asked about this delivery')
    return { kind: 'again' }
  }
}

interface Attempt {
  readonly job: DeliveryJob
  readonly claimed: ClaimedDelivery
}

async function attempt(
  context: DeliverContext,
  { job, claimed }: Attempt,
): Promise<{ report: AttemptReport; verdict: Verdict }> {
  const started = performance.now()
  const plugin = context.plugins.get(claimed.pluginId)
  const outcome = await run(context, { job, claimed, plugin }).catch(toDeliveryError)
  const failed = outcome instanceof DeliveryError
  const last = !failed || outcome.errorClass === 'permanent' || job.lastTry
  const detail = (failed ? outcome.message : outcome.detail) ?? ''

  return {
    report: {
      attempt: claimed.attempt,
      durationMs: Math.round(performance.now() - started),
      outcome: failed ? outcome.errorClass : 'delivered',
      responseCode: outcome.responseCode ?? 0,
      detail: redact(detail, secretsOf(plugin, claimed)),
      last,
    },
    verdict: last ? { kind: 'done' } : again(failed ? outcome.retryAfterMs : undefined),
  }
}

async function run(
  { controlPlane, egress, attemptTimeoutMs }: DeliverContext,
  { job, claimed, plugin }: Attempt & { readonly plugin: Plugin | undefined },
): Promise<Receipt> {
  if (!plugin) {
    throw new DeliveryError('retryable', `this worker has no plugin ${claimed.pluginId}`)
  }
  const { registration, attachment, idempotencyKey } = claimed
  const attestation = { ...claimed.attestation, ...readBundle(claimed.attestation.bundle) }
  const signal = AbortSignal.any([job.signal, AbortSignal.timeout(attemptTimeoutMs)])
  return plugin.deliver({
    attestation,
    materials: materialsFor(plugin, attestation.statement, { controlPlane, job, signal }),
    registration,
    attachment,
    idempotencyKey,
    texts: {},
    ...egress,
    signal,
  })
}

function again(afterMs: number | undefined): Verdict {
  return afterMs === undefined ? { kind: 'again' } : { kind: 'again', afterMs }
}

function secretsOf(plugin: Plugin | undefined, { registration }: ClaimedDelivery): string[] {
  const names = plugin?.secretSettings ?? []
  return names.map((name) => registration[name]).filter((value) => typeof value === 'string')
}
