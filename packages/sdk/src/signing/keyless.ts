import { generateKeyPair, randomUUID, sign, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'

import type { Client } from '../client.ts'
import { certificateRequest } from './certificate-request.ts'
import type { Signer } from './signer.ts'

const generate = promisify(generateKeyPair)

/**
 * A key that lives for one signature; the control plane's authority certifies it to whoever the client's
 * token names. The private key never leaves this function.
 */
export function keylessSigner(client: Pick<Client, 'signing'>): Signer {
  return {
    async sign(bytes) {
      const keys = await generate('ec', { namedCurve: 'P-256' })
      const request = certificateRequest(keys, randomUUID())
      const { chain } = await client.signing.generateSigningCert({
        certificateSigningRequest: Buffer.from(request),
      })
      const [pem] = chain?.certificates ?? []
      if (pem === undefined) throw new Error('the signing authority answered without a certificate')

      const leaf = new X509Certificate(pem)
      if (!leaf.checkPrivateKey(keys.privateKey)) {
        throw new Error('the signing authority certified another key')
      }
      const signature = sign('sha256', bytes, keys.privateKey)
      return { signature, key: { type: 'certificate', certificate: leaf.raw } }
    },
  }
}
