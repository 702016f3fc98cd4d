import { forbidden, notFound } from '@chainloop/kit/errors'
import type { TokenVerifier } from '@chainloop/kit/tokens'

import { requireIds } from '../auth/claims.ts'
import type { Context } from '../context.ts'
import * as casBackends from './cas-backend-repo.ts'

export interface SecretDeps extends Pick<Context, 'db' | 'secrets' | 'trials'> {
  /** Believes tokens for as long as a transfer may take. */
  readonly transferVerifier: TokenVerifier
}

/**
 * JSON text of the credentials of the one backend that a transfer is for; `{}` when it has none. Throws
 * `unauthenticated`, `forbidden`, `not_found`.
 */
export async function readBackendSecret(
  { db, secrets, trials, transferVerifier }: SecretDeps,
  transferToken: string,
): Promise<Uint8Array> {
  const claims = await transferVerifier.verify(transferToken)
  const { org_id: organizationId, backend_id: id } = requireIds(claims, ['org_id', 'backend_id'])
  if (claims['candidate_id'] !== undefined) {
    const { candidate_id: candidateId } = requireIds(claims, ['candidate_id'])
    if (claims['role'] !== 'maintainer') throw refused()
    return trials.read(db, { organizationId, id: candidateId })
  }
  const backend = await casBackends.find(db, { organizationId, id })
  if (!backend) throw notFound('storage backend', id)
  if (backend.provider !== claims['provider'] || backend.location !== claims['location']) {
    throw refused()
  }
  const { secretId } = backend
  return secretId === undefined
    ? Buffer.from('{}')
    : secrets.read(db, { organizationId, id: secretId })
}

function refused(): Error {
  return forbidden('the token is not for this', { reason: 'CREDENTIALS_REFUSED' })
}
