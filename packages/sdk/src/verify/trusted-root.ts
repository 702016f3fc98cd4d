import { TrustPurpose } from '@chainloop/proto/trust/v1/trust_service'

import type { Client } from '../client.ts'

/** The two roots certify different things and are never mixed. */
export type TrustedRootPurpose = 'attestations' | 'provenance'

const PURPOSES = {
  attestations: TrustPurpose.ATTESTATIONS,
  provenance: TrustPurpose.PROVENANCE,
} as const

/** JSON bytes of a Sigstore `trusted_root` document. */
export async function fetchTrustedRoot(
  client: Pick<Client, 'trust'>,
  purpose: TrustedRootPurpose,
): Promise<Uint8Array> {
  const { trustedRoot } = await client.trust.getTrustedRoot({ purpose: PURPOSES[purpose] })
  return trustedRoot
}

/** A trusted root that lists the organization's log: bundles then need its proof. */
export async function fetchTrustedRootWithLog(
  client: Pick<Client, 'log'>,
  purpose: TrustedRootPurpose,
): Promise<Uint8Array> {
  const { trustedRoot } = await client.log.getTrustedRoot({
    purpose: PURPOSES[purpose],
  })
  return trustedRoot
}
