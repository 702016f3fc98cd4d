import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

/** Errors of the library after which the same message fails again. */
const final: ReadonlySet<string> = new Set([
  'AuthorizationError',
  'InvalidArgumentError',
  'PermissionViolationError',
  'UserAuthenticationExpiredError',
])

export function toNatsError(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof DeliveryError) return cause
  if (cause.name === 'EgressRefused' || cause.name === 'AbortError') return cause
  const isFinal = final.has(cause.name) || /authorization violation/i.test(cause.message)
  return new DeliveryError(isFinal ? 'permanent' : 'retryable', `NATS: ${cause.message}`, { cause })
}
