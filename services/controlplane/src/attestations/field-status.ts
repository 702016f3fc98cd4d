import type { Source } from './field-table.ts'

/** One field of a stored statement: where its truth comes from, and whether the server has verified it. */
export interface FieldStatus {
  /** `predicate.metadata.project`, `predicate.materials[sbom].digest`, `subject[0]`. */
  readonly field: string
  readonly source: Source
  /** False: only claimed by the job. */
  readonly verified: boolean
}
