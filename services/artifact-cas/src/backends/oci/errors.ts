import { unimplemented } from '@chainloop/kit/errors'
import { OciError } from '@chainloop/oci/errors'

import { storageError } from '../remote/failures.ts'

/** Names for what the registry client says without a status. */
const codes = {
  not_found: 'NAME_UNKNOWN',
  unauthorized: 'AuthenticationRequired',
  forbidden: 'AccessDenied',
  unavailable: 'EUNAVAILABLE',
  malformed: 'EMALFORMED',
  mismatch: 'EMISMATCH',
  refused: 'EREFUSED',
  too_large: 'EREFUSED',
  invalid: 'EREFUSED',
} satisfies Record<OciError['kind'], string>

export function ociError(cause: unknown): unknown {
  if (!(cause instanceof OciError)) return cause
  return storageError(cause, { status: cause.status, code: codes[cause.kind] })
}

/** For what not every registry does. */
export function unsupportedError(what: string, cause: unknown): unknown {
  const isUnsupported =
    cause instanceof OciError && [400, 404, 405, 501].includes(cause.status ?? 0)
  if (!isUnsupported) return ociError(cause)
  return unimplemented(`the registry does not let anybody ${what}`, {
    reason: 'STORAGE_UNSUPPORTED',
    cause,
  })
}
