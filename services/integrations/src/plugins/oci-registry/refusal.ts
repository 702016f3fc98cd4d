import { OciError, type OciErrorKind } from '@chainloop/oci/errors'
import { DeliveryError, type ErrorClass } from '@chainloop/plugin-sdk/delivery-error'

/** An image may still be on its way to the registry; what the registry refuses it will refuse again. */
const classes: Readonly<Record<OciErrorKind, ErrorClass>> = {
  not_found: 'retryable',
  unavailable: 'retryable',
  malformed: 'retryable',
  mismatch: 'retryable',
  unauthorized: 'permanent',
  forbidden: 'permanent',
  invalid: 'permanent',
  refused: 'permanent',
  too_large: 'permanent',
}

/** What the client of the registry threw, as what it means for the delivery. */
export function toRefusal(cause: unknown): unknown {
  if (!(cause instanceof OciError)) return cause
  const refused = egressRefusal(cause)
  if (refused) return refused
  const { kind, message, status } = cause
  return new DeliveryError(status === 429 ? 'throttled' : classes[kind], message, {
    cause,
    ...(status !== undefined && { responseCode: status }),
  })
}

/** The client calls it unavailable, which it will ever be. */
function egressRefusal(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined
  return cause.name === 'EgressRefused' ? cause : egressRefusal(cause.cause)
}
