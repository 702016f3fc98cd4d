import type { Builder as BuilderMessage } from '@chainloop/proto/builders/v1/builder_service'
import type { Provenance as ProvenanceMessage } from '@chainloop/proto/provenance/v1/provenance_service'
import type { VerificationSummary as SummaryMessage } from '@chainloop/proto/summaries/v1/verification_summary_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

const provenanceState = enumNames({ pending: 1, ready: 2 })
export const verificationResult = enumNames({ PASSED: 1, FAILED: 2 })

/** How the artifacts of a run were made, as the control plane has signed it. */
export interface Provenance {
  readonly runId: string
  readonly state: string
  readonly subjects: readonly { readonly name: string; readonly digest: string }[]
  /** SLSA build level; 0 while it is pending. */
  readonly buildLevel: number
  readonly levelReason: string
  readonly builder: string
  readonly digest: string
  readonly issuedAt: Date | undefined
  /** Why the last attempt to make it failed. */
  readonly lastError: string
  /** Exact bytes; empty while it is pending. */
  readonly bundle: Uint8Array
}

export function toProvenance(item: ProvenanceMessage | undefined): Provenance {
  const one = answered(item, 'a provenance')
  return {
    runId: one.runId,
    state: provenanceState.nameOf(one.state),
    subjects: one.subjects.map(({ name, digest }) => ({ name, digest })),
    buildLevel: one.buildLevel,
    levelReason: one.levelReason,
    builder: one.builderId,
    digest: one.digest,
    issuedAt: toDate(one.issuedAt),
    lastError: one.lastError,
    bundle: one.bundle,
  }
}

/** What the control plane found about an artifact, in two encodings of one statement. */
export interface Summary {
  readonly id: string
  readonly artifact: string
  readonly name: string
  readonly resourceUri: string
  readonly runId: string
  readonly result: string
  readonly verifiedLevels: readonly string[]
  readonly reasons: readonly string[]
  readonly verifiedAt: Date | undefined
  readonly digest: string
  /** Sigstore bundle, exact bytes. */
  readonly bundle: Uint8Array
  /** Plain DSSE envelope, exact bytes. */
  readonly envelope: Uint8Array
}

export function toSummary(item: SummaryMessage | undefined): Summary {
  const one = answered(item, 'a verification summary')
  return {
    id: one.id,
    artifact: one.subjectDigest,
    name: one.subjectName,
    resourceUri: one.resourceUri,
    runId: one.runId,
    result: verificationResult.nameOf(one.result),
    verifiedLevels: one.verifiedLevels,
    reasons: one.reasons,
    verifiedAt: toDate(one.verifiedAt),
    digest: one.bundleDigest,
    bundle: one.bundle,
    envelope: one.envelope,
  }
}

/** Who builds, and up to which SLSA build level that is believed. */
export interface TrustedBuilder {
  readonly id: string
  readonly builder: string
  readonly maxLevel: number
  /** One of the two is empty. */
  readonly issuer: string
  readonly signer: string
}

export function toBuilder(item: BuilderMessage | undefined): TrustedBuilder {
  const one = answered(item, 'a builder')
  const { id, builder, maxLevel, issuer, signerName: signer } = one
  return { id, builder, maxLevel, issuer, signer }
}
