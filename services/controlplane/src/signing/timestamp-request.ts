import { ASN1Obj } from '@sigstore/core'

import type { Der } from './der.ts'
import { OIDS, TIMESTAMP_POLICY } from './oids.ts'

/** What a client asks to be stamped, RFC 3161 §2.4.1. */
export interface TimestampRequest {
  /** DER MessageImprint, to be repeated as it is. */
  readonly imprint: Der
  /** DER INTEGER, to be repeated as it is. */
  readonly nonce: Der | undefined
  readonly wantsCertificate: boolean
}

/** Bits of PKIFailureInfo, RFC 3161 §2.4.2. */
export const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
} as const

export class TimestampRefused extends Error {
  override readonly name = 'TimestampRefused'
  readonly failure: keyof typeof FAILURES

  constructor(failure: keyof typeof FAILURES) {
    super(`timestamp refused: ${failure}`)
    this.failure = failure
  }
}

const DIGEST_BYTES: Readonly<Record<string, number>> = {
  [OIDS.sha256]: 32,
  [OIDS.sha384]: 48,
  [OIDS.sha512]: 64,
}

/** Throws `TimestampRefused`. */
export function readTimestampRequest(der: Buffer<ArrayBuffer>): TimestampRequest {
  try {
    return read(parse(der))
  } catch (cause) {
    throw cause instanceof TimestampRefused ? cause : new TimestampRefused('badDataFormat')
  }
}

function parse(der: Buffer<ArrayBuffer>): ASN1Obj {
  const request = ASN1Obj.parseBuffer(der)
  if (!request.toDER().equals(der)) throw new TimestampRefused('badDataFormat')
  return request
}

function read({ subs: [version, imprint, ...optional] }: ASN1Obj): TimestampRequest {
  if (!version?.tag.isInteger() || !imprint) throw new TimestampRefused('badDataFormat')
  if (version.toInteger() !== 1n) throw new TimestampRefused('badRequest')
  assertImprint(imprint)
  return { imprint: Buffer.from(imprint.toDER()), ...readOptional(optional) }
}

function assertImprint({ subs: [algorithm, digest] }: ASN1Obj): void {
  const type = algorithm?.subs[0]
  if (!type?.tag.isOID() || !digest?.tag.isOctetString()) {
    throw new TimestampRefused('badDataFormat')
  }
  const expected = DIGEST_BYTES[type.toOID()]
  if (expected === undefined) throw new TimestampRefused('badAlg')
  if (digest.value.length !== expected) throw new TimestampRefused('badDataFormat')
}

/** In this order, each at most once: reqPolicy, nonce, certReq, extensions. */
function readOptional(rest: readonly ASN1Obj[]): Omit<TimestampRequest, 'imprint'> {
  const queue = [...rest]
  const next = (matches: (item: ASN1Obj) => boolean): ASN1Obj | undefined =>
    queue[0] && matches(queue[0]) ? queue.shift() : undefined

  const policy = next(({ tag }) => tag.isOID())
  const nonce = next(({ tag }) => tag.isInteger())
  const wantsCertificate = next(({ tag }) => tag.isBoolean())
  if (policy && policy.toOID() !== TIMESTAMP_POLICY) throw new TimestampRefused('unacceptedPolicy')
  if (queue[0]?.tag.isContextSpecific(0)) throw new TimestampRefused('unacceptedExtension')
  if (queue.length > 0) throw new TimestampRefused('badDataFormat')
  return {
    nonce: nonce && Buffer.from(nonce.toDER()),
    wantsCertificate: wantsCertificate?.toBoolean() ?? false,
  }
}
