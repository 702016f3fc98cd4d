import type { Source } from './field-table.ts'

/** One field of a stored statement: where its truth comes from, and whether the server has verified it. */
export interface FieldStatus {
  /** `predicate.metadata.project`, `predicate.materials[sbom].digest`, `subject[0]`. */
  readonly field: string
  readonly source: Source
  /** False: only claimed by the job. */
  readonly verified: boolean
  /** What was looked at, in words. */
  readonly detail?: string
  /** Of a material that somebody else has signed, once its signature was verified. */
  readonly signed?: ForeignSignature
}

/** Who signed a material, and what it says. */
export interface ForeignSignature {
  /** The signer that an operator registered for it. */
  readonly signer: { readonly id: string; readonly name: string }
  /** Name and issuer in the certificate; absent where a key signed. */
  readonly identity?: string
  readonly issuer?: string
  readonly predicateType: string
  /** `sha256:<hex>` of the material. */
  readonly digest: string
  /** `sha256:<hex>` of what the statement is about. */
  readonly subjects: readonly string[]
  /** Of a SLSA provenance. */
  readonly builderId?: string
  /** What was checked, one after the other. */
  readonly checks: readonly string[]
}
