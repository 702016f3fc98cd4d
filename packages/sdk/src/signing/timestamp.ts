import { createHash, randomBytes } from 'node:crypto'

import { RFC3161Timestamp, type ASN1Obj } from '@sigstore/core'

import { httpExchange, isHttp, readBody } from '../http/request.ts'
import { boolean, objectIdentifier, octets, sequence, unsigned } from './der.ts'

/** The authority refused, or answered something else than what was asked for. */
export class TimestampRefused extends Error {
  override readonly name = 'TimestampRefused'
}

const SHA256 = '2.16.840.1.101.3.4.2.1'
const MAX_ANSWER_BYTES = 64 << 10
const TAG_INTEGER = 0x02

/**
 * Asks a time-stamping authority (RFC 3161 over HTTP) to stamp a signature, and checks that the answer
 * is about these bytes and this request. Whether the authority is trusted is the verifier's question.
 * Resolves to the DER of the whole response.
 */
export async function timestamp(
  authority: string,
  signature: Uint8Array,
  options: { readonly ca?: string | undefined } = {},
): Promise<Buffer> {
  if (!URL.canParse(authority) || !isHttp(new URL(authority))) {
    throw new TimestampRefused(`${authority} is not the address of a timestamp authority`)
  }
  const imprint = createHash('sha256').update(signature).digest()
  const nonce = randomBytes(16)
  const response = await httpExchange(new URL(authority), {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: query(imprint, nonce),
    ...options,
  })
  const body = await readBody(response, MAX_ANSWER_BYTES)
  if (response.statusCode !== 200) {
    throw new TimestampRefused(`${authority} answered with status ${response.statusCode}`)
  }
  check(body, { imprint, nonce, authority })
  return body
}

function query(imprint: Uint8Array, nonce: Uint8Array): Buffer {
  const messageImprint = sequence(sequence(objectIdentifier(SHA256)), octets(imprint))
  return sequence(unsigned(Uint8Array.of(1)), messageImprint, unsigned(nonce), boolean(true))
}

interface Asked {
  readonly imprint: Buffer
  readonly nonce: Buffer
  readonly authority: string
}

function check(der: Buffer, { imprint, nonce, authority }: Asked): void {
  const problem = problemOf(der, imprint, nonce)
  if (problem !== undefined) throw new TimestampRefused(`${authority} ${problem}`)
}

function problemOf(der: Buffer, imprint: Buffer, nonce: Buffer): string | undefined {
  try {
    const response = RFC3161Timestamp.parse(Buffer.from(der))
    if (response.status > 1n) return `refused to stamp (status ${response.status})`

    const { tstInfo } = response
    if (!tstInfo.messageImprintHashedMessage.equals(imprint)) return 'stamped other bytes'
    return nonces(tstInfo.root).some((found) => found.equals(unsigned(nonce)))
      ? undefined
      : 'answered another request (its nonce differs)'
  } catch {
    return 'answered something that is not a timestamp'
  }
}

/** TSTInfo after version, policy, imprint, serial and time: the only INTEGER left is the nonce. */
function nonces(info: ASN1Obj): readonly Buffer[] {
  return info.subs
    .slice(5)
    .map((field) => field.toDER())
    .filter((der) => der[0] === TAG_INTEGER)
}
