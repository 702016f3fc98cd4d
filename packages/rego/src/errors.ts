/** The codes that Open Policy Agent gives to the same faults. */
export type RegoErrorCode =
  | 'rego_parse_error'
  | 'rego_compile_error'
  | 'rego_unsafe_var_error'
  | 'rego_type_error'
  | 'rego_recursion_error'
  | 'eval_internal_error'
  | 'eval_conflict_error'
  | 'eval_type_error'
  | 'eval_builtin_error'
  | 'eval_with_merge_error'
  | 'eval_cancel_error'

/** Rows and columns count from 1; columns count characters. */
export type Location = { readonly file: string; readonly row: number; readonly column: number }

/** Everything that the engine throws on purpose; anything else is a defect. */
export class RegoError extends Error {
  override readonly name = 'RegoError'
  readonly code: RegoErrorCode
  readonly reason: string
  readonly location: Location | undefined
  /** Further faults found in the same pass. */
  readonly others: readonly RegoError[]

  constructor(
    code: RegoErrorCode,
    reason: string,
    at: { location?: Location | undefined; others?: readonly RegoError[] } = {},
  ) {
    super(`${at.location ? `${formatLocation(at.location)}: ` : ''}${code}: ${reason}`)
    this.code = code
    this.reason = reason
    this.location = at.location
    this.others = at.others ?? []
  }
}

export function formatLocation({ file, row, column }: Location): string {
  return `${file}:${row}:${column}`
}

/** Throws the first fault, carrying the rest; returns when there is none. */
export function throwAll(errors: readonly RegoError[]): void {
  const [first, ...others] = errors
  if (!first) return
  throw new RegoError(first.code, first.reason, { location: first.location, others })
}
