/** Something with a digest that attestations are about: an attestation, a material, a commit. */
export interface Referrer {
  /** `sha256:<hex>`, or `sha1:<hex>` for a commit. */
  readonly digest: string
  /** `ATTESTATION`, `GIT_HEAD_COMMIT` or a material kind. */
  readonly kind: string
  /** Its bytes were kept; whether somebody may read them is a question of the projects that they see. */
  readonly downloadable: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly createdAt: Date
}

export const ATTESTATION_KIND = 'ATTESTATION'
export const COMMIT_KIND = 'GIT_HEAD_COMMIT'

/** What an attestation adds to the graph: itself, and what it is about. */
export interface ReferrerGraph {
  readonly attestation: NewReferrer
  readonly about: readonly NewReferrer[]
}

export type NewReferrer = Omit<Referrer, 'createdAt'>
