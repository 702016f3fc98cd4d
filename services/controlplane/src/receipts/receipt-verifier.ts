import { tokenVerifier } from '@chainloop/kit/tokens'
import type { TokenVerifier } from '@chainloop/kit/tokens'

import { AUDIENCE } from '../auth/tokens.ts'
import type { Context } from '../context.ts'

/** A transfer token has half a minute to start an upload; the upload itself may take this much longer. */
const LONGEST_UPLOAD_SECONDS = 24 * 3600

/** Believes transfer tokens of our own for as long as an upload may take after they ran out. */
export function receiptVerifier({
  tokenKeys,
  config,
}: Pick<Context, 'tokenKeys'> & {
  readonly config: Pick<Context['config'], 'issuer'>
}): TokenVerifier {
  return tokenVerifier({
    keys: { jwks: tokenKeys.jwks },
    issuer: config.issuer,
    audience: AUDIENCE.transfer,
    clockToleranceSeconds: LONGEST_UPLOAD_SECONDS,
  })
}
