import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'

import type { BundleContent } from './dispatch/content.ts'
import type { PluginDescription } from './host/description.ts'

/** A job of the queue, held by this worker. */
export interface HeldJob {
  readonly id: string
  readonly deliveryId: string
}

/** Everything that one attempt needs. */
export interface ClaimedDelivery {
  /** 1 for the first. */
  readonly attempt: number
  readonly pluginId: string
  readonly attestation: Omit<DeliveredAttestation, keyof BundleContent>
  /** Settings, secrets included. */
  readonly registration: Readonly<Record<string, unknown>>
  readonly attachment: Readonly<Record<string, unknown>>
  readonly idempotencyKey: string
}

export type Outcome = 'delivered' | 'skipped' | 'retryable' | 'throttled' | 'permanent'

export interface AttemptReport {
  /** 0: no attempt, the queue gave up. */
  readonly attempt: number
  readonly durationMs: number
  readonly outcome: Outcome
  /** 0 when the target did not answer. */
  readonly responseCode: number
  readonly detail: string
  /** How long the target asked to wait; 0 when it did not. */
  readonly retryAfterMs: number
  /** The failure was not the target's: it does not count against it. */
  readonly ours: boolean
}

export interface ReportedAttempt {
  readonly job: HeldJob
  readonly report: AttemptReport
}

export type ClaimAnswer = { readonly jobId: string } & (
  | { readonly kind: 'claimed'; readonly delivery: ClaimedDelivery }
  /** Delivered, given up, or it has to wait: the job is settled. */
  | { readonly kind: 'nothing' }
  /** The job is not ours any more. */
  | { readonly kind: 'refused' }
)

export interface WantedMaterial {
  /** `sha256:<hex>`. */
  readonly digest: string
  readonly signal: AbortSignal
}

/** What the workers ask of the control plane; only it knows the tenants' data. */
export interface ControlPlane {
  /** One answer for each job, in any order. */
  claim(jobs: readonly HeldJob[]): AsyncIterable<ClaimAnswer>
  /** Settles the jobs: done with, or back to the queue for later. */
  report(reports: readonly ReportedAttempt[]): Promise<void>
  /** Bytes of a material of the claimed attestation. */
  readMaterial(job: HeldJob, wanted: WantedMaterial): AsyncIterable<Uint8Array>
  /** Tells which plugins this worker runs. */
  announce(plugins: readonly PluginDescription[]): Promise<void>
}
