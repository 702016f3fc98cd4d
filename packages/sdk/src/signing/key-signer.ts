import { X509Certificate } from 'node:crypto'

import { describeKey, hintOf } from '@chainloop/attestation/verify/public-key'
import { KeyUnavailable, type SigningKey } from '@chainloop/keys/signing-key'

import type { Signer } from './signer.ts'

/** A key that verifiers know, or that the certificate speaks for. */
export function keySigner(key: SigningKey, certificate?: X509Certificate): Signer {
  if (certificate && !certificate.publicKey.equals(key.publicKey)) {
    throw new KeyUnavailable('the certificate is for another key')
  }
  const signer = certificate
    ? { certificate: certificate.raw }
    : { publicKeyHint: hintOf(describeKey(key.publicKey)) }
  return { sign: async (bytes) => ({ signature: await key.sign(bytes), signer }) }
}

/** The first certificate in PEM. */
export function readCertificate(pem: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new KeyUnavailable('the certificate cannot be read: it is not one in PEM', { cause })
  }
}
