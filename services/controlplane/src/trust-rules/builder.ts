import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'

/** An entry of the operator's map: who builds, and up to which SLSA build level that is believed. */
export interface Builder {
  readonly id: string
  readonly organizationId: string
  /** OIDC issuer of the jobs that the builder runs; empty for one that a signer's provenances name. */
  readonly issuer: string
  readonly signer: { readonly id: string; readonly name: string } | undefined
  /** A reusable workflow at a commit, or a `builder.id`; exact. */
  readonly builder: string
  readonly maxLevel: BuildLevel
  readonly createdAt: Date
}

export function isBuildLevel(level: number): level is BuildLevel {
  return level === 1 || level === 2 || level === 3
}
