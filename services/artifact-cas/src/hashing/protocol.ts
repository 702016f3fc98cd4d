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
  | { readonly kind: 'abort'; readonly id: number }

/** One answer per order but `abort`; a failed session answers the failure to every later order. */
export type Answer =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly block?: Uint8Array<ArrayBuffer> | undefined
    }
  | { readonly kind: 'finished'; readonly id: number; readonly hex: string; readonly size: number }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly code: string
      readonly message: string
    }
