import { invalid } from '@chainloop/kit/errors'
import type { DomainError } from '@chainloop/kit/errors'

/** Why a bundle is not stored, for programs. */
export type RefusalReason =
  | 'BUNDLE_TOO_LARGE'
  | 'BUNDLE_NOT_VERIFIED'
  | 'CERTIFICATE_NOT_OF_RUN'
  | 'SIGNER_UNKNOWN'
  | 'SIGNER_NOT_TRUSTED'
  | 'STATEMENT_MALFORMED'
  | 'STATEMENT_MISMATCH'
  | 'MATERIAL_MISMATCH'
  | 'MATERIAL_NOT_UPLOADED'
  | 'MATERIAL_UNREADABLE'
  | 'CONTRACT_NOT_MET'

/** A bundle is refused; `field` names the place in the statement. */
export function refuse(
  reason: RefusalReason,
  message: string,
  { field, cause }: { readonly field?: string; readonly cause?: unknown } = {},
): DomainError {
  return invalid(message, {
    reason,
    ...(field === undefined ? {} : { metadata: { field } }),
    ...(cause === undefined ? {} : { cause }),
  })
}
