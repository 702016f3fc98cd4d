import { createPublicKey, verify } from 'node:crypto'

import { ASN1Obj } from '@sigstore/core'

import { oid, sequence } from './der.ts'
import type { Der } from './der.ts'
import { OIDS } from './oids.ts'

export const MAX_REQUEST_BYTES = 8 * 1024

/** The message says what is wrong with the request and is fit to show. */
export class InvalidCertificateRequest extends Error {
  override readonly name = 'InvalidCertificateRequest'
}

const ONE_PEM_BLOCK =
  /^-----BEGIN CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE REQUEST-----\s*$/
const P256_ALGORITHM = sequence(oid(OIDS.ecPublicKey), oid(OIDS.prime256v1))
const UNCOMPRESSED_POINT = Buffer.of(0x03, 0x42, 0x00, 0x04)

/**
 * The P-256 key (DER SubjectPublicKeyInfo) whose owner signed this PKCS #10 request (RFC 2986). Nothing else of
 * the request is used: names and attributes are the requester's words.
 */
export function readCertificateRequest(pem: Uint8Array): Der {
  if (pem.length > MAX_REQUEST_BYTES) refuse(`has more than ${MAX_REQUEST_BYTES} bytes`)
  const body = ONE_PEM_BLOCK.exec(Buffer.from(pem).toString('latin1'))?.[1]
  if (body === undefined) refuse('is not exactly one PEM block')
  const { info, spki, signature } = split(parseDer(Buffer.from(body, 'base64')))
  assertP256(spki)
  if (!isSignedBy(spki, info, signature)) refuse('is not signed by the key that it names')
  return spki
}

function parseDer(der: Buffer<ArrayBuffer>): ASN1Obj {
  try {
    const request = ASN1Obj.parseBuffer(der)
    if (request.toDER().equals(der)) return request
  } catch {
    // Refused below like any other encoding that is not the canonical one.
  }
  return refuse('is not DER')
}

interface RequestParts {
  readonly info: Buffer
  readonly spki: Der
  readonly signature: Buffer
}

function split({ subs: [info, algorithm, signature] }: ASN1Obj): RequestParts {
  if (!info || !algorithm || !signature?.tag.isBitString())
    return refuse('is not a PKCS #10 request')
  const [version, , spki] = info.subs
  if (!version?.tag.isInteger() || version.toInteger() !== 0n || !spki) {
    return refuse('is not a PKCS #10 request')
  }
  if (!algorithm.toDER().equals(sequence(oid(OIDS.ecdsaWithSha256)))) {
    return refuse('is not signed by ECDSA with SHA-256')
  }
  return {
    info: info.toDER(),
    spki: Buffer.from(spki.toDER()),
    signature: signature.value.subarray(1),
  }
}

/** Named curve and uncompressed point, in the one spelling that exists for them. */
function assertP256(spki: Buffer): void {
  const prefix = Buffer.concat([P256_ALGORITHM, UNCOMPRESSED_POINT])
  const named = spki.length === 91 && spki.subarray(2, 2 + prefix.length).equals(prefix)
  if (!named) refuse('does not hold an ECDSA P-256 key')
}

function isSignedBy(spki: Buffer, info: Buffer, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    return verify('sha256', info, key, signature)
  } catch {
    return false
  }
}

function refuse(problem: string): never {
  throw new InvalidCertificateRequest(`the certificate signing request ${problem}`)
}
