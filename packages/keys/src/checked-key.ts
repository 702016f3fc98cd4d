import { isSignedBy } from '@chainloop/attestation/verify/public-key'

import { assertStrong } from './local-key.ts'
import { KeyUnavailable, type SigningKey } from './signing-key.ts'

/** What a service gives back is a signature of the key that it showed before, or it is refused. */
export function checked(service: string, key: SigningKey): SigningKey {
  assertStrong(key.publicKey)
  return {
    publicKey: key.publicKey,
    async sign(bytes) {
      const signature = await key.sign(bytes)
      if (isSignedBy(key.publicKey, bytes, signature)) return signature
      throw new KeyUnavailable(`${service} answered with a signature that is not of its key`)
    },
  }
}
