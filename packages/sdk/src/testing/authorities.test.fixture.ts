import { createHash, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'

import { certificate, type Certified } from '@chainloop/attestation/verify/authority.test.fixture'
import {
  bits,
  generalizedTime,
  int,
  oct,
  oid,
  seq,
  set,
  tlv,
  utf8,
} from '@chainloop/attestation/verify/der.test.fixture'
import { ASN1Obj, pem } from '@sigstore/core'

const ECDSA_SHA256 = seq(oid('1.2.840.10045.4.3.2'))
const SHA256 = seq(oid('2.16.840.1.101.3.4.2.1'))
const TST_INFO = oid('1.2.840.113549.1.9.16.1.4')
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  seq(oid(id), ...(critical ? [tlv(1, Buffer.of(255))] : []), oct(value))

/** Certifies the key of a request for ten minutes, as the job CA of a control plane does. */
export function certifyRequest(csr: string, ca: Certified, identity: string): string {
  const request = ASN1Obj.parseBuffer(Buffer.from(pem.toDER(csr)))
  const [info, , signature] = request.subs
  const spki = info?.subs[2]?.toDER()
  if (info === undefined || spki === undefined || signature === undefined) throw new Error('no CSR')
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  if (!verify('sha256', info.toDER(), publicKey, signature.value.subarray(1))) {
    throw new Error('the request does not prove possession of its key')
  }
  const now = Date.now()
  const tbs = seq(
    tlv(0xa0, int(2)),
    int(randomBytes(8)),
    ECDSA_SHA256,
    ca.name,
    seq(generalizedTime(new Date(now - 60_000)), generalizedTime(new Date(now + 600_000))),
    seq(),
    spki,
    tlv(
      0xa3,
      seq(
        extension('2.5.29.15', true, tlv(3, Buffer.from([7, 0x80]))),
        extension('2.5.29.35', false, seq(tlv(0x80, ca.ski))),
        extension('2.5.29.37', false, seq(oid('1.3.6.1.5.5.7.3.3'))),
        extension('2.5.29.17', true, seq(tlv(0x86, Buffer.from(identity)))),
        extension('1.3.6.1.4.1.57264.1.8', false, utf8('https://chainloop.example')),
      ),
    ),
  )
  const der = seq(tbs, ECDSA_SHA256, bits(sign('sha256', tbs, ca.key)))
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

/** How an authority may answer a timestamp query. */
export interface StampOptions {
  readonly imprint?: Buffer
  readonly nonce?: Buffer | null
  readonly status?: number
}

/** An RFC 3161 response to a query; the options make it a lie. */
export function stampQuery(query: Buffer, tsa: Certified, options: StampOptions = {}): Buffer {
  if (options.status !== undefined) return seq(seq(int(options.status)))
  const info = tstInfo(query, options)
  const attributes = set(
    seq(oid('1.2.840.113549.1.9.3'), set(TST_INFO)),
    seq(oid('1.2.840.113549.1.9.4'), set(oct(sha256(info)))),
  )
  const signer = seq(
    int(1),
    seq(member(tsa.der, [0, 3]), member(tsa.der, [0, 1])),
    SHA256,
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    ECDSA_SHA256,
    oct(sign('sha256', attributes, tsa.key)),
  )
  const signed = seq(int(3), set(SHA256), seq(TST_INFO, tlv(0xa0, oct(info))), set(signer))
  return seq(seq(int(0)), seq(oid('1.2.840.113549.1.7.2'), tlv(0xa0, signed)))
}

function tstInfo(query: Buffer, { imprint, nonce }: StampOptions): Buffer {
  const asked = nonce === undefined ? member(query, [2]) : nonce
  return seq(
    int(1),
    oid('1.2.3.4'),
    imprint === undefined ? member(query, [1]) : seq(SHA256, oct(imprint)),
    int(7),
    generalizedTime(new Date()),
    ...(asked === null ? [] : [asked]),
  )
}

/** The DER of a member, by its place in each level. */
function member(der: Buffer, path: readonly number[]): Buffer {
  let at: ASN1Obj | undefined = ASN1Obj.parseBuffer(Buffer.from(der))
  for (const index of path) at = at?.subs[index]
  if (at === undefined) throw new Error(`nothing at ${path.join('.')}`)
  return at.toDER()
}

/** Answers timestamp queries over HTTP. */
export function timestampServer(answer: (query: Buffer) => Buffer | number): Server {
  return createServer((request, response) => {
    void buffer(request).then((query) => {
      const answered = answer(query)
      if (typeof answered === 'number') response.writeHead(answered).end()
      else response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answered)
    })
  })
}

export function timestampAuthority(): { tsa: Certified; root: Certified } {
  const root = certificate({ common: 'TSA CA', ca: true })
  return { root, tsa: certificate({ common: 'TSA', issuer: root, purpose: 'time' }) }
}
