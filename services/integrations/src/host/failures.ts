import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import { toDeliveryError } from '../dispatch/failure.ts'
import type { Failure } from './messages.ts'

/** Errors keep what the log of deliveries wants on their way between processes, and nothing else. */
export function toFailure(cause: unknown): Failure {
  const { errorClass, message, responseCode, retryAfterMs } = toDeliveryError(cause)
  return {
    errorClass,
    message,
    ...(responseCode !== undefined && { responseCode }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

export function fromFailure({ errorClass, message, ...details }: Failure): DeliveryError {
  const { responseCode, retryAfterMs } = details
  return new DeliveryError(errorClass, message, {
    ...(responseCode !== undefined && { responseCode }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}
