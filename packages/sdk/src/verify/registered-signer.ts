import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { fingerprintOfHint } from '@chainloop/attestation/verify/public-key'
import { VerificationFailed, type Verified } from '@chainloop/attestation/verify/verification'

import type { Client } from '../client.ts'
import { toRegisteredSigner, type RegisteredSigner } from '../model/signer.ts'

export interface SignerKey extends Pick<RegisteredSigner, 'name' | 'notBefore' | 'notAfter'> {
  /** PEM. */
  readonly key: string
}

/** The key that the control plane knows by the name in the bundle; undefined for a bundle that no key signed. */
export async function registeredSigner(
  bundle: Uint8Array,
  client: Pick<Client, 'signers'> | undefined,
): Promise<SignerKey | undefined> {
  const { publicKeyHint: hint } = parseBundle(bundle)
  const fingerprint = hint === undefined ? undefined : fingerprintOfHint(hint)
  if (fingerprint === undefined || client === undefined) return undefined
  const { signer } = await client.signers.describe({
    reference: { case: 'fingerprint', value: fingerprint },
  })
  const { name, material, notBefore, notAfter } = toRegisteredSigner(signer)
  return { name, key: material, notBefore, notAfter }
}

/** The control plane trusts a key for a time only. */
export function assertInWindow(
  { name, notBefore, notAfter }: SignerKey,
  { timestamps }: Pick<Verified, 'timestamps'>,
): void {
  // Timestamps have whole seconds.
  const isOutside = (time: Date): boolean =>
    (notBefore !== undefined && +time + 999 < +notBefore) ||
    (notAfter !== undefined && time > notAfter)
  const outside = timestamps.find(({ time }) => isOutside(time))
  if (!outside) return
  throw new VerificationFailed(
    'timestamp_invalid',
    `the signer ${name} was not to be believed at ${outside.time.toISOString()}`,
  )
}
