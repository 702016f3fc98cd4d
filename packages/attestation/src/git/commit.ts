/** The commit that the working copy was at. */
export interface Commit {
  /** 40 (or 64) hex digits. */
  readonly hash: string
  readonly author: { readonly name: string; readonly email: string }
  readonly date: Date
  readonly message: string
  /** URLs without credentials. */
  readonly remotes: readonly Remote[]
  /** Armoured signature of the commit object. */
  readonly signature?: string | undefined
  readonly verification?: CommitVerification | undefined
}

export interface Remote {
  readonly name: string
  readonly url: string
}

/** What the platform's API says about the commit's signature. */
export interface CommitVerification {
  readonly status: CommitVerificationStatus
  readonly reason: string
  readonly platform: string
  readonly keyId: string
  readonly signatureAlgorithm: string
}

export type CommitVerificationStatus =
  | 'unspecified'
  | 'verified'
  | 'unverified'
  | 'unavailable'
  | 'not_applicable'
