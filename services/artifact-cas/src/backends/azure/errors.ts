import { type StorageAnswer, storageError } from '../remote/failures.ts'

/** What the SDKs throw: `RestError` with Azure's code and the status, or what the token endpoint said. */
export function answerOf(cause: unknown): StorageAnswer {
  if (cause === null || typeof cause !== 'object') return {}
  const { statusCode, code, name } = cause as Readonly<Record<string, unknown>>
  return {
    status: typeof statusCode === 'number' ? statusCode : undefined,
    code: [code, name].find((each) => typeof each === 'string'),
  }
}

export function azureError(cause: unknown): unknown {
  return storageError(cause, answerOf(cause))
}

export function rethrow(cause: unknown): never {
  throw azureError(cause)
}
