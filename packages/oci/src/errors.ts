export type OciErrorKind =
  /** The registry does not have it, or does not admit it. */
  | 'not_found'
  /** No login, or one that the registry does not accept. */
  | 'unauthorized'
  /** The login is accepted, and not enough. */
  | 'forbidden'
  /** What the caller asked cannot be asked. */
  | 'invalid'
  /** The registry refused, and would again. */
  | 'refused'
  /** It did not answer, or not sensibly; later it may. */
  | 'unavailable'
  /** The bytes are not those that the digest or the size names. */
  | 'mismatch'
  | 'too_large'
  /** An answer that is not what the specification has. */
  | 'malformed'

/** Everything that the client throws itself, other than the reason of an aborted signal. Fit to show: holds no secrets. */
export class OciError extends Error {
  override readonly name = 'OciError'
  readonly kind: OciErrorKind
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined

  constructor(
    kind: OciErrorKind,
    message: string,
    options: ErrorOptions & { status?: number } = {},
  ) {
    super(message, options)
    this.kind = kind
    this.status = options.status
  }
}

export function isOciError(cause: unknown, kind: OciErrorKind): cause is OciError {
  return cause instanceof OciError && cause.kind === kind
}
