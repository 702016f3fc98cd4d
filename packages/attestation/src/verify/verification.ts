/** Why a bundle was refused. */
export type VerificationCode =
  | 'bundle_malformed'
  | 'trust_root_malformed'
  | 'material_missing'
  | 'key_missing'
  | 'certificate_untrusted'
  | 'certificate_not_for_signing'
  | 'signature_invalid'
  | 'artifact_missing'
  | 'artifact_mismatch'
  | 'timestamp_missing'
  | 'timestamp_invalid'
  | 'log_entry_missing'
  | 'log_entry_invalid'
  | 'sct_missing'
  | 'sct_invalid'
  | 'identity_mismatch'
  | 'issuer_mismatch'
  | 'statement_unexpected'

/** The bundle proves nothing. The message says why and is fit to show. */
export class VerificationFailed extends Error {
  override readonly name = 'VerificationFailed'
  readonly code: VerificationCode

  constructor(code: VerificationCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A value to compare with: exact, unless it says that it is a pattern, which then must match as a whole. */
export type Expected = string | { readonly pattern: string }

/** What a verified bundle proves. */
export interface Verified {
  /** Exact bytes that were signed: the statement, or the artifact that was handed in. */
  readonly payload: Uint8Array
  /** Absent for a signature over an artifact. */
  readonly payloadType?: string | undefined
  /** DER of the signing certificate; absent when a key was used. */
  readonly certificate?: Uint8Array | undefined
  readonly identity?: VerifiedIdentity | undefined
  /** Verified times of signing, oldest first. */
  readonly timestamps: readonly VerifiedTimestamp[]
}

export interface VerifiedIdentity {
  /** URI or email of the certificate. */
  readonly subject?: string | undefined
  /** OIDC issuer that the authority saw. */
  readonly issuer?: string | undefined
}

export interface VerifiedTimestamp {
  readonly source: 'timestamp-authority' | 'transparency-log'
  readonly time: Date
}
