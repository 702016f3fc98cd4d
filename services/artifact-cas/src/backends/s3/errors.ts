import { type StorageAnswer, storageError } from '../remote/failures.ts'

/** What the SDK throws: named by S3's code, with the status beside it; or an error of a socket. */
export function answerOf(cause: unknown): StorageAnswer {
  if (cause === null || typeof cause !== 'object') return {}
  const { name, code, $metadata } = cause as {
    readonly name?: unknown
    readonly code?: unknown
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode
  const said = [status === undefined ? code : name, name].find((each) => typeof each === 'string')
  // The SDK may wrap what a socket threw into a bare error, which nobody answered.
  if (status === undefined && $metadata && said === 'Error') return { code: 'NetworkingError' }
  return { status, code: said }
}

export function s3Error(cause: unknown): unknown {
  return storageError(cause, answerOf(cause))
}
