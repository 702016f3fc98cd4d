import { sign, type KeyObject } from 'node:crypto'

import { objectIdentifier, sequence, tlv, unsigned } from './der.ts'

const COMMON_NAME = '2.5.4.3'
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'

/** PKCS #10 request (RFC 2986) for a P-256 key, as PEM. The name says nothing: the authority decides. */
export function certificateRequest(
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  commonName: string,
): string {
  const name = sequence(
    tlv(0x31, sequence(objectIdentifier(COMMON_NAME), tlv(0x0c, Buffer.from(commonName)))),
  )
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' })
  const info = sequence(unsigned(Uint8Array.of(0)), name, publicKey, tlv(0xa0))
  const signature = sign('sha256', info, keys.privateKey)
  const request = sequence(
    info,
    sequence(objectIdentifier(ECDSA_WITH_SHA256)),
    tlv(0x03, Uint8Array.of(0), signature),
  )
  const lines = request.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`
}
