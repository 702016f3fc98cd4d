import type { ArchiveLimits } from './archive-limits.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'
import type { MainComponent } from './material.ts'

export interface InspectOptions {
  /** False turns a violated schema into an entry of `defects`. Default true. */
  readonly strict?: boolean | undefined
  /** A document that has to be held as a whole may have this many bytes. Default 64 MiB. */
  readonly maxDocumentBytes?: number | undefined
  /** What an archive may unpack to, in place of what is set for its kind. */
  readonly archiveLimits?: Partial<ArchiveLimits> | undefined
}

export interface Inspection {
  readonly annotations: Readonly<Record<string, string>>
  readonly mainComponent?: MainComponent | undefined
  /** What is wrong with the document but tolerated, to be shown as warnings. */
  readonly defects?: readonly string[] | undefined
}

/** Looks at evidence of one kind; hashing, limits of storage and upload are not its business. */
export interface Crafter {
  /** Rejects with `InvalidMaterial`. */
  inspect(evidence: Evidence, options: InspectOptions): Promise<Inspection>
}

/** The evidence is not what its kind says. The message names the place and is fit to show. */
export class InvalidMaterial extends Error {
  override readonly name = 'InvalidMaterial'
  readonly kind: MaterialKind
  /** Why: `empty` and `too_large` also end recognition. */
  readonly reason: InvalidMaterialReason

  constructor(kind: MaterialKind, message: string, reason: InvalidMaterialReason = 'invalid') {
    super(message)
    this.kind = kind
    this.reason = reason
  }
}

export type InvalidMaterialReason = 'invalid' | 'empty' | 'too_large'
