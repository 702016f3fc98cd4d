import type { Egress } from './egress.ts'

/** One stored attestation, as it was received. */
export interface DeliveredAttestation {
  /** `sha256:<hex>` of `bundle`. */
  readonly digest: string
  /** The exact bytes that were stored: a Sigstore bundle. */
  readonly bundle: Uint8Array
  /** DSSE envelope of the bundle. */
  readonly envelope: Readonly<Record<string, unknown>>
  /** in-toto statement of the envelope. */
  readonly statement: Readonly<Record<string, unknown>>
  /** Of the attestation as a whole. */
  readonly annotations: Readonly<Record<string, string>>
  /** Container images that the job made. */
  readonly images: readonly DeliveredImage[]
  readonly policies: DeliveredPolicies
  readonly evidence: DeliveredEvidence
  readonly organization: string
  readonly project: { readonly name: string; readonly version: string }
  readonly workflow: { readonly id: string; readonly name: string }
  readonly run: DeliveredRun
}

/** What the control plane has signed about the artifacts of the run: provenance, and a verification summary of each. */
export interface DeliveredEvidence {
  /** Some of it is still being made. */
  readonly pending: boolean
  readonly items: readonly SignedEvidence[]
}

export interface SignedEvidence {
  /** `https://slsa.dev/provenance/v1` or `https://slsa.dev/verification_summary/v1`. */
  readonly predicateType: string
  /** What it is about: `sha256:<hex>` each. */
  readonly subjectDigests: readonly string[]
  /** The exact bytes of a Sigstore bundle. */
  readonly bundle: Uint8Array
  /** `sha256:<hex>` of `bundle`. */
  readonly digest: string
}

export interface DeliveredRun {
  readonly id: string
  readonly state: string
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  readonly runnerType: string
  readonly runnerUrl: string
}

export interface DeliveredImage {
  /** Of the material, as the contract calls it. */
  readonly material: string
  /** With the registry and without tag and digest: `registry.example/shop/app`. */
  readonly repository: string
  /** `sha256:<hex>` of its manifest or index. */
  readonly digest: string
}

/** `warning`: there are violations, none of them at a gate. `evaluating`: the server has no verdict yet. */
export type PolicyStatus =
  | 'not_applicable'
  | 'passed'
  | 'skipped'
  | 'warning'
  | 'blocked'
  | 'bypassed'
  | 'evaluating'

/** What the server found when it evaluated the policies of the contract itself. */
export interface DeliveredPolicies {
  readonly status: PolicyStatus
  readonly evaluations: readonly DeliveredEvaluation[]
}

export interface DeliveredEvaluation {
  readonly name: string
  /** Empty: it is about the attestation as a whole. */
  readonly material: string
  readonly gate: boolean
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  /** Without suppressed ones. */
  readonly violations: readonly { readonly subject: string; readonly message: string }[]
}

/** What the job brought, of a kind that the plugin wants. */
export interface DeliveredMaterial {
  /** As the contract calls it. */
  readonly name: string
  readonly kind: string
  readonly fileName: string
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Without our own. */
  readonly annotations: Readonly<Record<string, string>>
  /** The content, verified against the digest. Throws a permanent `DeliveryError` beyond `maxBytes`. */
  read(maxBytes: number): Promise<Uint8Array>
  /** The content piece by piece; throws at its end when it was not what the digest says. */
  open(): AsyncIterable<Uint8Array>
}

export interface Delivery<R, A> extends Egress {
  readonly attestation: DeliveredAttestation
  /** Of the kinds in `subscribedMaterials`, less those that the attachment filters out. */
  readonly materials: readonly DeliveredMaterial[]
  /** Settings of the registration, secrets included. */
  readonly registration: R
  readonly attachment: A
  /** The plugin's `texts` for which the attachment has a template, rendered. */
  readonly texts: Readonly<Partial<Record<string, string>>>
  /** The same for every attempt of this delivery: hand it to the target, so that it can tell repetitions. */
  readonly idempotencyKey: string
  /** Aborts when the job is no longer ours or the worker stops. */
  readonly signal: AbortSignal
}

/** What the target said to a delivery that was made; shown to operators. */
export interface Receipt {
  readonly responseCode?: number
  readonly detail?: string
}

/** A message that would be sent; secrets are masked by whoever shows it. */
export interface PreviewedMessage {
  /** Where to: an address, a topic, a recipient. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}
