import { DeliveryError, type ErrorClass } from '@chainloop/plugin-sdk/delivery-error'

/** What a storage answered, sorted; what nobody answered (a connection, the content) is thrown as it came. */
export function toStorageError(cause: unknown, status: number | undefined): unknown {
  if (status === undefined || cause instanceof DeliveryError) return cause
  const { name = '', message = '' } = cause instanceof Error ? cause : {}
  const what = [name === 'Error' ? '' : name, message].filter((text) => text !== '').join(': ')
  return new DeliveryError(classOf(status), `the storage answered ${status}: ${what}`, {
    responseCode: status,
    cause,
  })
}

function classOf(status: number): ErrorClass {
  if (status === 429 || status === 503) return 'throttled'
  return status >= 500 || status === 408 || status === 409 ? 'retryable' : 'permanent'
}
