/** What this instance found when it verified an artifact of a run. */
export interface Summary {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  readonly runId: string
  /** `sha256:<hex>` of the artifact. */
  readonly subjectDigest: string
  readonly subjectName: string
  readonly resourceUri: string
  readonly result: SummaryResult
  readonly verifiedLevels: readonly string[]
  /** Why it is not PASSED, in words. */
  readonly reasons: readonly string[]
  readonly verifiedAt: Date
  /** Sigstore bundle v0.3, and the same statement as a plain DSSE envelope; exact bytes. */
  readonly bundle: Uint8Array
  readonly bundleDigest: string
  readonly envelope: Uint8Array
  readonly envelopeDigest: string
  readonly createdAt: Date
}

export type SummaryResult = 'PASSED' | 'FAILED'
