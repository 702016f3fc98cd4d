import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { ECDSA_WITH_SHA256, distinguishedName } from '../certificate.ts'
import { bitString, integer, sequence, tagged } from '../der.ts'

export interface TestRequest {
  readonly privateKey: KeyObject
  readonly pem: string
}

/** What a client sends: a request for a key of its own. */
export function newCertificateRequest(curve = 'P-256'): TestRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const name = distinguishedName('somebody else', 'admin')
  return { privateKey, pem: requestPem({ spki, name }, privateKey) }
}

export function requestPem(
  { spki, name }: { readonly spki: Uint8Array; readonly name: Uint8Array },
  privateKey: KeyObject,
): string {
  const info = sequence(integer(0), name, spki, tagged(0))
  const der = sequence(info, ECDSA_WITH_SHA256, bitString(sign('sha256', info, privateKey)))
  return pemBlock('CERTIFICATE REQUEST', der)
}

export function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
