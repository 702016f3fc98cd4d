import { createHash, createPublicKey } from 'node:crypto'

import { encodeBase64 } from '@chainloop/attestation/json/base64'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'

/** The long-lived key that verifies plain envelopes. */
export interface SummaryKey {
  readonly pem: string
  readonly keyId: string
}

/**
 * `SHA256:` and base64 without padding of the hash over the OpenSSH wire form of a P-256 key (RFC 5656 §3.1): what
 * `slsa-verifier verify-vsa` and `ssh-keygen -l` name a key by.
 */
export function summaryKey(spki: Buffer): SummaryKey {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ])
  const wire = Buffer.concat(
    [Buffer.from('ecdsa-sha2-nistp256'), Buffer.from('nistp256'), point].map(lengthPrefixed),
  )
  const hash = createHash('sha256').update(wire).digest('base64').replace(/=+$/, '')
  return { pem: String(key.export({ type: 'spki', format: 'pem' })), keyId: `SHA256:${hash}` }
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A DSSE envelope on one line, without anything around it. */
export function plainEnvelope(signed: {
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly keyId: string
}): Buffer {
  return Buffer.from(
    JSON.stringify({
      payloadType: STATEMENT_MEDIA_TYPE,
      payload: encodeBase64(new Uint8Array(signed.payload)),
      signatures: [{ keyid: signed.keyId, sig: encodeBase64(new Uint8Array(signed.signature)) }],
    }),
  )
}
