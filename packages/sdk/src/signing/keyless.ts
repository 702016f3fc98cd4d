import { generateKeyPair, randomUUID, sign, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'

import type { Client } from '../client.ts'
import { answered, UnexpectedAnswer } from '../connection/unexpected-answer.ts'
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
      const leaf = new X509Certificate(answered(pem, 'a certificate'))
      if (!leaf.checkPrivateKey(keys.privateKey)) {
        throw new UnexpectedAnswer('the signing authority certified another key')
      }
      const signature = sign('sha256', bytes, keys.privateKey)
      return { signature, signer: { certificate: leaf.raw } }
    },
  }
}
