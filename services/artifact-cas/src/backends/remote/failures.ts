import { EgressRefused } from '@chainloop/kit/egress/guard'
import {
  conflict,
  DomainError,
  type ErrorDetails,
  exhausted,
  forbidden,
  unavailable,
} from '@chainloop/kit/errors'

/** What a storage or its library said, as far as it can be shown. */
export interface StorageAnswer {
  /** Of HTTP. */
  readonly status?: number | undefined
  /** The storage's own name for it, or the socket's: `NoSuchBucket`, `ECONNRESET`. */
  readonly code?: string | undefined
}

const FULL = /quota|insufficientstorage|storagefull|ENOSPC/i
const REFUSED =
  /credential|authenticat|authoriz|accessdenied|invalidaccesskey|signaturedoesnotmatch|expiredtoken|invalid_client|invalid_grant/i
const MISSING = /nosuchbucket|containernotfound|accountisdisabled|name_unknown/i
const NETWORK =
  /^(E[A-Z_]+|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO\w+|ERR_\w+|REQUEST_SEND_ERROR|TimeoutError|AbortError|NetworkingError|HPE_\w+)$/

interface Kind {
  readonly fits: (status: number, code: string) => boolean
  readonly raise: (message: string, details: ErrorDetails) => DomainError
  readonly message: string
  readonly reason: string
}

/** The first that fits. */
const kinds: readonly Kind[] = [
  {
    fits: (status, code) => status === 507 || FULL.test(code),
    raise: exhausted,
    message: 'the storage is full',
    reason: 'STORAGE_FULL',
  },
  {
    fits: (_status, code) => MISSING.test(code),
    raise: conflict,
    message: 'the location is not there',
    reason: 'STORAGE_MISSING',
  },
  {
    fits: (status, code) => status === 401 || status === 403 || REFUSED.test(code),
    raise: conflict,
    message: 'the storage refuses the credentials',
    reason: 'STORAGE_REFUSED',
  },
  {
    fits: (status, code) => status >= 300 || NETWORK.test(code),
    raise: unavailable,
    message: 'the storage does not answer as it should',
    reason: 'STORAGE_UNAVAILABLE',
  },
]

/**
 * A failure of the storage in the words of the domain: `unavailable` (worth another try), `exhausted` (STORAGE_FULL),
 * `conflict` (STORAGE_REFUSED, STORAGE_MISSING: for operators to solve), `forbidden` (STORAGE_NOT_ALLOWED). Whatever
 * is none stays what it is. Never taken for a failure of the client, whose errors do not come here.
 */
export function storageError(cause: unknown, { status = 0, code = '' }: StorageAnswer): unknown {
  if (cause instanceof DomainError) return cause
  const refusal = egressRefusal(cause)
  if (refusal) return forbidden(refusal.message, { reason: 'STORAGE_NOT_ALLOWED', cause })
  const kind = kinds.find(({ fits }) => fits(status, code))
  if (!kind) return cause
  const answer = [status || '', code].filter(Boolean).join(' ')
  const details = { reason: kind.reason, cause, metadata: { answer } }
  return kind.raise(`${kind.message} (${answer})`, details)
}

function egressRefusal(cause: unknown): EgressRefused | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error instanceof EgressRefused) return error
  }
  return undefined
}
