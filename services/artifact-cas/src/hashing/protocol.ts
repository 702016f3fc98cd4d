/** A file that waits to get its final name; `size` in bytes. */
export interface Commit {
  readonly file: string
  readonly to: { readonly directory: string; readonly blob: string; readonly name: string }
  readonly size: number
  /** As its uploader calls it. */
  readonly name: string
}

/** What the pool says to its workers. Blocks are transferred: the sender has them no more. */
export type Order =
  | {
      readonly kind: 'open'
      readonly id: number
      readonly file: string | undefined
      readonly giveBack: boolean
    }
  | { readonly kind: 'block'; readonly id: number; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'finish'; readonly id: number }
  /** A file that is flushed and verified. */
  | { readonly kind: 'commit'; readonly id: number; readonly commit: Commit }
  /** A whole blob: hashed, and written and committed only if it has this digest. */
  | {
      readonly kind: 'store'
      readonly id: number
      readonly block: Uint8Array<ArrayBuffer>
      /** Hexadecimal. */
      readonly expected: string
      readonly commit: Commit
    }
  | { readonly kind: 'abort'; readonly id: number }

/** One answer per order but `abort`; a failed session answers the failure to every later order. */
export type Answer =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly block?: Uint8Array<ArrayBuffer> | undefined
    }
  | { readonly kind: 'finished'; readonly id: number; readonly hex: string; readonly size: number }
  | { readonly kind: 'committed'; readonly id: number; readonly existed: boolean }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly code: string
      readonly message: string
    }
