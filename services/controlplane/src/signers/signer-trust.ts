import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import type { TrustRoot } from '@chainloop/attestation/verify/trust-root'

import type { Signing } from '../signing/signing.ts'
import { jsonOf, trustedRootOf } from './read-material.ts'
import type { Signer } from './signer.ts'

/** Who is believed for a bundle of this signer: itself, and about the time the authorities of this instance. */
export function trustRootOf(
  signer: Pick<Signer, 'kind' | 'material'>,
  { trust }: Pick<Signing, 'trust'>,
): TrustRoot {
  const own = signer.kind === 'public_key' ? {} : jsonOf(signer.material)
  const { timestampAuthorities = [] } = jsonOf(trust.attestations)
  return parseTrustRoot(
    trustedRootOf({
      ...own,
      timestampAuthorities: [...(own.timestampAuthorities ?? []), ...timestampAuthorities],
    }),
  )
}
