import type { BundleContent } from './dispatch/content.ts'
import type { DeliveredAttestation, Plugin } from './plugin.ts'

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

export type Outcome = 'delivered' | 'retryable' | 'throttled' | 'permanent'

export interface AttemptReport {
  /** 0: no attempt, the queue gave up. */
  readonly attempt: number
  readonly durationMs: number
  readonly outcome: Outcome
  /** 0 when the target did not answer. */
  readonly responseCode: number
  readonly detail: string
  /** No further attempt follows. */
  readonly last: boolean
}

export interface WantedMaterial {
  /** `sha256:<hex>`. */
  readonly digest: string
  readonly signal: AbortSignal
}

/** What the workers ask of the control plane; only it knows the tenants' data. */
export interface ControlPlane {
  /** Undefined when there is nothing to do any more: delivered, cancelled or detached. */
  claim(job: HeldJob): Promise<ClaimedDelivery | undefined>
  report(job: HeldJob, report: AttemptReport): Promise<void>
  /** Bytes of a material of the claimed attestation. */
  readMaterial(job: HeldJob, wanted: WantedMaterial): AsyncIterable<Uint8Array>
  /** Tells which plugins this worker runs. */
  announce(plugins: readonly Plugin[]): Promise<void>
}
