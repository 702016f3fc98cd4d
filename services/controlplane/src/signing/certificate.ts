import { createHash } from 'node:crypto'

import {
  bitString,
  boolean,
  certificateTime,
  integer,
  octetString,
  oid,
  randomSerial,
  sequence,
  setOf,
  tagged,
  tlv,
  utf8String,
} from './der.ts'
import type { Der } from './der.ts'
import { OIDS } from './oids.ts'
import type { SigningKey } from './signing-key.ts'

export interface CertificateTemplate {
  readonly subject: Der
  readonly issuer: Der
  /** DER SubjectPublicKeyInfo of the subject. */
  readonly spki: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Der[]
  readonly serial?: Buffer
}

export const ECDSA_WITH_SHA256 = sequence(oid(OIDS.ecdsaWithSha256))
export const EMPTY_NAME = sequence()

/** DER certificate, RFC 5280 §4.1, version 3. A stamp is over what is signed without it, and the last extension. */
export async function signCertificate(
  template: CertificateTemplate,
  issuerKey: Pick<SigningKey, 'sign'>,
  stamp?: (toBeSigned: Der) => Promise<Der>,
): Promise<Der> {
  const serial = template.serial ?? randomSerial()
  const contents = (extensions: readonly Der[]): Der =>
    sequence(
      tagged(0, integer(2)),
      integer(serial),
      ECDSA_WITH_SHA256,
      template.issuer,
      sequence(certificateTime(template.notBefore), certificateTime(template.notAfter)),
      template.subject,
      template.spki,
      tagged(3, sequence(...extensions)),
    )
  const { extensions } = template
  const toBeSigned = contents(
    stamp ? [...extensions, await stamp(contents(extensions))] : extensions,
  )
  return sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(await issuerKey.sign(toBeSigned)))
}

/** `O=organization, CN=commonName`. */
export function distinguishedName(organization: string, commonName: string): Der {
  const attribute = (type: string, value: string): Der =>
    setOf(sequence(oid(type), utf8String(value)))
  return sequence(
    attribute(OIDS.organizationName, organization),
    attribute(OIDS.commonName, commonName),
  )
}

/** SHA-1 of the public key bits, RFC 5280 §4.2.1.2 method 1. The last 65 bytes of a P-256 key are its point. */
export function keyIdentifier(spki: Uint8Array): Buffer {
  return createHash('sha1').update(spki.subarray(-65)).digest()
}

export function extension(type: string, value: Uint8Array, critical = false): Der {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value))
}

/** An authority that may sign certificates, with at most `pathLength` authorities below it. */
export function authorityExtensions(pathLength: number): Der[] {
  return [
    extension(OIDS.basicConstraints, sequence(boolean(true), integer(pathLength)), true),
    extension(OIDS.keyUsage, bitString(Buffer.of(0b0000_0110), 1), true),
  ]
}

/** Digital signatures for one purpose. RFC 3161 §2.3 wants the purpose of a timestamp authority critical. */
export function signerExtensions(purpose: 'codeSigning' | 'timeStamping'): Der[] {
  return [
    extension(OIDS.keyUsage, bitString(Buffer.of(0b1000_0000), 7), true),
    extension(OIDS.extendedKeyUsage, sequence(oid(OIDS[purpose])), purpose === 'timeStamping'),
  ]
}

export function keyIdentifierExtensions(subjectKeyId: Buffer, issuerKeyId?: Buffer): Der[] {
  const own = extension(OIDS.subjectKeyIdentifier, octetString(subjectKeyId))
  if (issuerKeyId === undefined) return [own]
  return [own, extension(OIDS.authorityKeyIdentifier, sequence(tlv(0x80, issuerKeyId)))]
}

export function uriNameExtension(uri: string, critical: boolean): Der {
  return extension(
    OIDS.subjectAlternativeName,
    sequence(tlv(0x86, Buffer.from(uri, 'ascii'))),
    critical,
  )
}

export function pemCertificate(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
