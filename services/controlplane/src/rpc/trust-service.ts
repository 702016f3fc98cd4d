import { invalid } from '@chainloop/kit/errors'
import { TrustPurpose, type TrustService } from '@chainloop/proto/trust/v1/trust_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Signing } from '../signing/signing.ts'

export function trustService({
  signing,
}: {
  readonly signing: Pick<Signing, 'trust'>
}): ServiceImpl<typeof TrustService> {
  return {
    getTrustedRoot({ purpose }) {
      switch (purpose) {
        case TrustPurpose.ATTESTATIONS:
          return { trustedRoot: new Uint8Array(signing.trust.attestations) }
        case TrustPurpose.PROVENANCE:
          return { trustedRoot: new Uint8Array(signing.trust.provenance) }
        default:
          throw invalid('say what is to be verified: attestations or provenance', {
            reason: 'PURPOSE_REQUIRED',
          })
      }
    },
  }
}
