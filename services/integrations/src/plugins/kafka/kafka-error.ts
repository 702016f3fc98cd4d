import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

/** Errors of the Kafka protocol after which the same message fails again: https://kafka.apache.org/protocol#protocol_error_codes */
const final: ReadonlySet<unknown> = new Set([
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'POLICY_VIOLATION',
  'RECORD_LIST_TOO_LARGE',
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_SASL_MECHANISM',
])

/** What the client threw, which wraps one error into the other. */
export function toKafkaError(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  const isFinal = chainOf(cause).some(
    (error) =>
      final.has(Reflect.get(error, 'type')) || error.name === 'KafkaJSSASLAuthenticationError',
  )
  return new DeliveryError(isFinal ? 'permanent' : 'retryable', cause.message, { cause })
}

function chainOf(error: Error, depth = 0): readonly Error[] {
  const next = error.cause ?? Reflect.get(error, 'originalError')
  return next instanceof Error && depth < 5 ? [error, ...chainOf(next, depth + 1)] : [error]
}
