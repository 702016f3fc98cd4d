/** What a comparison with a peer came to. */
export type Verdict =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly why: string }
  | { readonly outcome: 'not run'; readonly why: string }

export interface Comparison {
  /** `cosign v3.1.3: our bundle verifies`. */
  readonly title: string
  readonly run: () => Promise<Verdict>
}
