import { EgressRefused } from '@chainloop/kit/egress/guard'
import { DeliveryError, type DeliveryErrorDetails } from '@chainloop/plugin-sdk/delivery-error'
import { z } from 'zod'

/** Sorts whatever an attempt threw. What nobody classified may pass, so it is tried again. */
export function toDeliveryError(cause: unknown): DeliveryError {
  if (cause instanceof DeliveryError) return cause
  const told = deliveryErrorShape.safeParse(cause).data
  if (told) return new DeliveryError(told.errorClass, told.message, detailsOf(told, cause))
  if (cause instanceof EgressRefused)
    return new DeliveryError('permanent', cause.message, { cause })
  const { name, message, code } = readError(cause)
  if (name === 'TimeoutError') {
    return new DeliveryError('retryable', 'the target did not answer in time', { cause })
  }
  if (name === 'AbortError') {
    return new DeliveryError('retryable', 'the attempt was interrupted', { cause })
  }
  return new DeliveryError('retryable', code ? `${message} (${code})` : message, { cause })
}

/** Of another copy of the SDK: a plugin may bring its own. */
const deliveryErrorShape = z.object({
  name: z.literal('DeliveryError'),
  message: z.string(),
  errorClass: z.enum(['retryable', 'throttled', 'permanent']),
  responseCode: z.number().optional(),
  retryAfterMs: z.number().optional(),
})

function detailsOf(
  { responseCode, retryAfterMs }: z.output<typeof deliveryErrorShape>,
  cause: unknown,
): DeliveryErrorDetails {
  return {
    cause,
    ...(responseCode !== undefined && { responseCode }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

interface ReadError {
  readonly name: string
  readonly message: string
  readonly code: string
}

/** fetch says "fetch failed"; the reason is the innermost cause. */
function readError(cause: unknown, depth = 0): ReadError {
  if (typeof cause !== 'object' || cause === null) {
    return { name: '', message: String(cause), code: '' }
  }
  if ('cause' in cause && typeof cause.cause === 'object' && cause.cause !== null && depth < 5) {
    return readError(cause.cause, depth + 1)
  }
  return {
    name: textOf(cause, 'name'),
    message: textOf(cause, 'message'),
    code: textOf(cause, 'code'),
  }
}

function textOf(object: object, key: string): string {
  const value: unknown = Reflect.get(object, key)
  return typeof value === 'string' ? value : ''
}
