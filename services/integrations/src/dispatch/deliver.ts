import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import type { AttemptReport, ClaimedDelivery, ControlPlane, HeldJob } from '../control-plane.ts'
import type { Evaluator } from '../filters/evaluator.ts'
import { narrow } from '../filters/narrow.ts'
import type { PluginRunner } from '../host/runner.ts'
import { readBundle } from './content.ts'
import { toDeliveryError } from './failure.ts'
import { allMaterials, materialsFor } from './materials.ts'
import { redact, secretValues } from './redact.ts'

export interface DeliverContext {
  readonly controlPlane: ControlPlane
  /** By id. */
  readonly plugins: ReadonlyMap<string, PluginRunner>
  /** For the filters and templates of attachments: a plugin gets only what they let through. */
  readonly evaluator: Evaluator
  readonly observe: (pluginId: string, report: AttemptReport) => void
  /** Time limit of one attempt. */
  readonly attemptTimeoutMs: number
}

export interface Attempt {
  readonly job: HeldJob
  readonly claimed: ClaimedDelivery
  /** Aborts when the queue took the job away, or the worker must stop. */
  readonly signal: AbortSignal
}

/** One attempt. Never throws: what went wrong is in the report. */
export async function deliver(context: DeliverContext, given: Attempt): Promise<AttemptReport> {
  const { claimed, signal } = given
  const started = performance.now()
  const plugin = context.plugins.get(claimed.pluginId)
  const ours = { failed: false }
  const outcome = await run(context, { ...given, plugin, ours }).catch(toDeliveryError)
  const made = outcome instanceof DeliveryError ? failureOf(outcome) : successOf(outcome)
  const failed = outcome instanceof DeliveryError

  const report: AttemptReport = {
    ...made,
    attempt: claimed.attempt,
    durationMs: Math.round(performance.now() - started),
    detail: redact(made.detail, plugin ? secretValues(plugin, claimed.registration) : []),
    ours: failed && (ours.failed || plugin === undefined || signal.aborted),
  }
  context.observe(claimed.pluginId, report)
  return report
}

type Answer = Pick<AttemptReport, 'outcome' | 'responseCode' | 'detail' | 'retryAfterMs'>

function failureOf({ errorClass, message, responseCode, retryAfterMs }: DeliveryError): Answer {
  return {
    outcome: errorClass,
    responseCode: responseCode ?? 0,
    detail: message,
    retryAfterMs: retryAfterMs ?? 0,
  }
}

function successOf({ isSkipped, responseCode = 0, detail = '' }: Outcome): Answer {
  return {
    outcome: isSkipped === true ? 'skipped' : 'delivered',
    responseCode,
    detail,
    retryAfterMs: 0,
  }
}

interface Run extends Attempt {
  readonly plugin: PluginRunner | undefined
  /** Set when what failed was not the target. */
  readonly ours: { failed: boolean }
}

interface Outcome extends Receipt {
  /** The attachment did not want it; `detail` says why. */
  readonly isSkipped?: true
}

async function run(
  { controlPlane, evaluator, attemptTimeoutMs }: DeliverContext,
  { job, claimed, plugin, ours, signal: given }: Run,
): Promise<Outcome> {
  if (!plugin) {
    throw new DeliveryError('retryable', `this worker has no plugin ${claimed.pluginId}`)
  }
  const { registration, attachment, idempotencyKey } = claimed
  const attestation = { ...claimed.attestation, ...readBundle(claimed.attestation.bundle) }
  const signal = AbortSignal.any([given, AbortSignal.timeout(attemptTimeoutMs)])
  const source = { controlPlane: noticing(controlPlane, ours), job, signal }
  const narrowed = await narrow(evaluator, {
    attachment,
    attestation,
    materials: allMaterials(attestation.statement, source),
  })
  if (narrowed.skipped !== undefined) return { isSkipped: true, detail: narrowed.skipped }
  return plugin.deliver({
    attestation,
    materials: materialsFor(plugin, narrowed.materials),
    registration,
    attachment,
    idempotencyKey,
    texts: narrowed.texts,
    signal,
  })
}

/** An artifact store that does not answer is no fault of the target. */
function noticing(controlPlane: ControlPlane, ours: { failed: boolean }): ControlPlane {
  return {
    ...controlPlane,
    async *readMaterial(job, wanted) {
      try {
        yield* controlPlane.readMaterial(job, wanted)
      } catch (cause) {
        ours.failed = true
        throw cause
      }
    },
  }
}
