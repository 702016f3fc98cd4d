import { createHash } from 'node:crypto'

import { X509Certificate as ParsedCertificate } from '@sigstore/core'

import type { Authority } from './authority.ts'
import { ECDSA_WITH_SHA256 } from './certificate.ts'
import {
  bitString,
  certificateTime,
  generalizedTime,
  integer,
  octetString,
  oid,
  randomSerial,
  sequence,
  setOf,
  tagged,
  tlv,
} from './der.ts'
import type { Der } from './der.ts'
import { OIDS, TIMESTAMP_POLICY } from './oids.ts'
import { FAILURES, readTimestampRequest, TimestampRefused } from './timestamp-request.ts'
import type { TimestampRequest } from './timestamp-request.ts'

/** Says when bytes existed, RFC 3161. */
export interface TimestampAuthority {
  /** DER TimeStampReq to DER TimeStampResp; what cannot be stamped is answered by a rejection. */
  respond(query: Buffer<ArrayBuffer>): Promise<Der>
  /** DER: own certificate first, root last. */
  readonly chain: readonly Der[]
}

/** Larger queries are not worth reading: a complete one has about a hundred bytes. */
export const MAX_QUERY_BYTES = 4 * 1024

const SHA256 = sequence(oid(OIDS.sha256))

export function timestampAuthority(authority: Authority, clock: () => Date): TimestampAuthority {
  const signer = signerOf(authority)
  return {
    chain: authority.chain,
    async respond(query) {
      try {
        return granted(await stamp(readTimestampRequest(query), signer, clock()))
      } catch (cause) {
        if (cause instanceof TimestampRefused) return rejected(FAILURES[cause.failure])
        throw cause
      }
    },
  }
}

interface Signer {
  readonly authority: Authority
  readonly certificate: Der
  /** IssuerAndSerialNumber of the certificate. */
  readonly issuer: Der
  readonly serial: Der
}

function signerOf(authority: Authority): Signer {
  const certificate = authority.chain[0]
  if (certificate === undefined) throw new TypeError('the timestamp authority has no certificate')
  const parsed = ParsedCertificate.parse(certificate)
  return {
    authority,
    certificate,
    issuer: sequence(parsed.issuer),
    serial: tlv(0x02, parsed.serialNumber),
  }
}

/** ContentInfo of a TimeStampToken. genTime has whole seconds: readers disagree about fractions. */
async function stamp(request: TimestampRequest, signer: Signer, now: Date): Promise<Der> {
  const info = sequence(
    integer(1),
    oid(TIMESTAMP_POLICY),
    request.imprint,
    integer(randomSerial()),
    generalizedTime(now),
    sequence(integer(1)),
    ...(request.nonce ? [request.nonce] : []),
  )
  const attributes = signedAttributes(info, signer, now)
  const signerInfo = sequence(
    integer(1),
    sequence(signer.issuer, signer.serial),
    SHA256,
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    ECDSA_WITH_SHA256,
    octetString(await signer.authority.key.sign(attributes)),
  )
  const signedData = sequence(
    integer(3),
    setOf(SHA256),
    sequence(oid(OIDS.tstInfo), tagged(0, octetString(info))),
    ...(request.wantsCertificate ? [tagged(0, signer.certificate)] : []),
    setOf(signerInfo),
  )
  return sequence(oid(OIDS.signedData), tagged(0, signedData))
}

/** As a SET, which is the form that is signed, RFC 5652 §5.4. */
function signedAttributes(info: Der, { certificate, issuer, serial }: Signer, now: Date): Der {
  const attribute = (type: string, value: Der): Der => sequence(oid(type), setOf(value))
  const hash = (bytes: Uint8Array): Der => octetString(createHash('sha256').update(bytes).digest())
  const certificateId = sequence(hash(certificate), sequence(sequence(tagged(4, issuer)), serial))
  return setOf(
    attribute(OIDS.contentType, oid(OIDS.tstInfo)),
    attribute(OIDS.signingTime, certificateTime(now)),
    attribute(OIDS.messageDigest, hash(info)),
    attribute(OIDS.signingCertificateV2, sequence(sequence(certificateId))),
  )
}

function granted(token: Der): Der {
  return sequence(sequence(integer(0)), token)
}

function rejected(failure: number): Der {
  const octets = Buffer.alloc(Math.floor(failure / 8) + 1)
  octets[octets.length - 1] = 0x80 >> (failure % 8)
  return sequence(sequence(integer(2), bitString(octets, 7 - (failure % 8))))
}
