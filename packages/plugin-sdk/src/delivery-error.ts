/** `retryable` and `throttled` are tried again, `permanent` never. */
export type ErrorClass = 'retryable' | 'throttled' | 'permanent'

export interface DeliveryErrorDetails {
  /** What the target answered; absent when it did not. */
  readonly responseCode?: number
  /** How long the target asked to wait. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** A delivery that was not made. The message is shown to operators: what the target said, never a secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly errorClass: ErrorClass
  readonly responseCode: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(errorClass: ErrorClass, message: string, details: DeliveryErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.errorClass = errorClass
    this.responseCode = details.responseCode
    this.retryAfterMs = details.retryAfterMs
  }
}
