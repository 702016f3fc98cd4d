import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'

/** The provenance of a run: pending from the moment that the run is stored, never absent. */
export interface RunProvenance {
  readonly organizationId: string
  readonly projectId: string
  readonly projectVersionId: string
  readonly runId: string
  readonly subjects: readonly ProvenanceSubject[]
  /** Absent while it is pending. */
  readonly issued: IssuedProvenance | undefined
  /** Summaries are outstanding, or the provenance itself. */
  readonly isDue: boolean
  /** What the last attempt failed of; empty: none did. */
  readonly lastError: string
  readonly createdAt: Date
}

export interface IssuedProvenance {
  /** Exact bytes of the bundle. */
  readonly bundle: Uint8Array
  readonly digest: string
  readonly level: BuildLevel
  /** Why the level is not higher, or what it rests on. */
  readonly levelReason: string
  readonly builderId: string
  readonly issuedAt: Date
}

/** An artifact that a run made: an output material, or one platform of an image. */
export interface ProvenanceSubject {
  readonly name: string
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Of the contract. */
  readonly material: string
  readonly kind: string
}
