/** Where an organization's artifacts are kept. */
export interface CasBackend {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  /** `FILESYSTEM`, `INLINE` … */
  readonly provider: string
  readonly location: string
  readonly description: string
  readonly isDefault: boolean
  readonly isFallback: boolean
  /** Run by the operator of the instance: its location is nobody's business. */
  readonly managed: boolean
  /** Bytes; 0 = no limit. */
  readonly maxBlobBytes: number
  /** Of its credentials; undefined when it needs none. */
  readonly secretId: string | undefined
  /** Counts the rotations. */
  readonly credentialsVersion: number
  /** Counts the beginnings and ends of sweeps. */
  readonly sweepEpoch: number
  readonly status: 'ok' | 'invalid'
  readonly validationError: string | undefined
  readonly validatedAt: Date
  readonly createdAt: Date
  readonly updatedAt: Date
  /** What was stored there may still be there. */
  readonly deletedAt: Date | undefined
}

export const INLINE_PROVIDER = 'INLINE'

/** Artifacts of this backend are embedded in the attestation and never reach the artifact CAS. */
export function isInline({ provider }: Pick<CasBackend, 'provider'>): boolean {
  return provider === INLINE_PROVIDER
}
