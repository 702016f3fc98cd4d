/** What went wrong, in the words of the domain; `rpc/errors.ts` maps each to a Connect code. */
export type ErrorCode =
  | 'invalid'
  | 'not_found'
  | 'already_exists'
  | 'forbidden'
  | 'unauthenticated'
  | 'conflict'
  | 'aborted'
  | 'exhausted'
  | 'unavailable'
  | 'unimplemented'

export interface ErrorDetails {
  /** SCREAMING_SNAKE_CASE, stable, for programs: becomes `google.rpc.ErrorInfo.reason`. */
  readonly reason?: string
  /** For programs: becomes `google.rpc.ErrorInfo.metadata`. Never a secret. */
  readonly metadata?: Readonly<Record<string, string>>
  /** What the reader can do about it; the CLI prints it below the message. */
  readonly hint?: string
  readonly cause?: unknown
  /** It may go better after this time: clients are told to wait. */
  readonly retryAfterMs?: number
}

/** An error that its caller may read: lower case, no full stop, names the thing and the value. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: ErrorCode
  readonly reason: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.reason = details.reason
    this.metadata = details.metadata ?? {}
    this.hint = details.hint
    this.retryAfterMs = details.retryAfterMs
  }
}

type Raise = (message: string, details?: ErrorDetails) => DomainError

const raise =
  (code: ErrorCode): Raise =>
  (message, details) =>
    new DomainError(code, message, details)

export const invalid: Raise = raise('invalid')
export const forbidden: Raise = raise('forbidden')
export const unauthenticated: Raise = raise('unauthenticated')
export const conflict: Raise = raise('conflict')
export const aborted: Raise = raise('aborted')
export const exhausted: Raise = raise('exhausted')
export const unavailable: Raise = raise('unavailable')
export const unimplemented: Raise = raise('unimplemented')

/** Whole seconds, at least one, as the `retry-after` header has them. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}

/** `notFound('workflow', 'build')` reads "workflow build not found" with reason WORKFLOW_NOT_FOUND. */
export function notFound(what: string, name: string, details: ErrorDetails = {}): DomainError {
  const reason = `${screaming(what)}_NOT_FOUND`
  return new DomainError('not_found', `${what} ${name} not found`, { reason, ...details })
}

/** `alreadyExists('workflow', 'build')` reads "workflow build already exists". */
export function alreadyExists(what: string, name: string, details: ErrorDetails = {}): DomainError {
  const reason = `${screaming(what)}_ALREADY_EXISTS`
  return new DomainError('already_exists', `${what} ${name} already exists`, { reason, ...details })
}

function screaming(words: string): string {
  return words.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
}
