import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { createBundle } from '../bundle/bundle.ts'
import { pae } from '../dsse/pae.ts'
import { bits, generalizedTime, int, oct, oid, seq, set, tlv, utf8 } from './der.test.fixture.ts'

/** A certificate authority and a timestamp authority of our own, to make every kind of bad bundle with. */
export interface Certified {
  readonly der: Buffer
  readonly key: KeyObject
  readonly ski: Buffer
  readonly name: Buffer
  readonly spki: Buffer
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const ECDSA_SHA256 = seq(oid('1.2.840.10045.4.3.2'))
const SHA256 = seq(oid('2.16.840.1.101.3.4.2.1'))
const TST_INFO = oid('1.2.840.113549.1.9.16.1.4')

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const name = (common: string): Buffer => seq(set(seq(oid('2.5.4.3'), utf8(common))))
const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  seq(oid(id), ...(critical ? [tlv(1, Buffer.of(255))] : []), oct(value))

export interface CertificateOptions {
  readonly common: string
  readonly issuer?: Certified
  readonly ca?: boolean
  readonly purpose?: 'code' | 'time' | 'none'
  readonly from?: Date
  readonly until?: Date
  readonly san?: string
  /** A general name, DER, where the URI of `san` is none. */
  readonly names?: Buffer
  readonly oidcIssuer?: string
  /** Whose certificate it is. Default: a new key. */
  readonly publicKey?: KeyObject
  /** Key of a CT log that has seen the certificate. */
  readonly ctLog?: KeyObject
}

const EKU = { code: CODE_SIGNING, time: TIME_STAMPING, none: undefined }

function extensionsOf(options: CertificateOptions, ski: Buffer): Buffer[] {
  const { issuer, ca = false, purpose = 'none', san, oidcIssuer } = options
  const eku = EKU[purpose]
  return [
    extension('2.5.29.19', true, seq(...(ca ? [tlv(1, Buffer.of(255))] : []))),
    extension('2.5.29.15', true, tlv(3, Buffer.from(ca ? [1, 0x06] : [7, 0x80]))),
    extension('2.5.29.14', false, oct(ski)),
    ...(issuer ? [extension('2.5.29.35', false, seq(tlv(0x80, issuer.ski)))] : []),
    ...(eku ? [extension('2.5.29.37', purpose === 'time', seq(oid(eku)))] : []),
    ...(san ? [extension('2.5.29.17', false, seq(tlv(0x86, Buffer.from(san))))] : []),
    ...(options.names ? [extension('2.5.29.17', false, seq(options.names))] : []),
    ...(oidcIssuer ? [extension('1.3.6.1.4.1.57264.1.8', false, utf8(oidcIssuer))] : []),
  ]
}

export function certificate(options: CertificateOptions): Certified {
  const { issuer, from = new Date('2026-01-01'), until = new Date('2036-01-01') } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = (options.publicKey ?? publicKey).export({ type: 'spki', format: 'der' })
  const ski = createHash('sha1').update(spki).digest()
  const subject = name(options.common)
  const serial = int(randomBytes(8))
  const inner = (extensions: readonly Buffer[]): Buffer =>
    seq(
      tlv(0xa0, int(2)),
      serial,
      ECDSA_SHA256,
      issuer?.name ?? subject,
      seq(generalizedTime(from), generalizedTime(until)),
      subject,
      spki,
      tlv(0xa3, seq(...extensions)),
    )
  const extensions = extensionsOf(options, ski)
  const { ctLog } = options
  const seen = ctLog ? [sctExtension(inner(extensions), issuer?.spki ?? spki, ctLog)] : []
  const tbs = inner([...extensions, ...seen])
  const signature = sign('sha256', tbs, issuer?.key ?? privateKey)
  return { der: seq(tbs, ECDSA_SHA256, bits(signature)), key: privateKey, ski, name: subject, spki }
}

const number = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** A signed certificate timestamp (RFC 6962 §3.2) over what is certified, without this extension. */
function sctExtension(tbs: Buffer, issuerSpki: Buffer, log: KeyObject): Buffer {
  const time = Buffer.concat([Buffer.alloc(2), number(6, SIGNED_AT.getTime() - 30_000)])
  const entry = Buffer.concat([number(2, 1), sha256(issuerSpki), number(3, tbs.length), tbs])
  const signed = sign('sha256', Buffer.concat([Buffer.of(0, 0), time, entry, number(2, 0)]), log)
  const logId = sha256(createPublicKey(log).export({ type: 'spki', format: 'der' }))
  const sct = Buffer.concat([
    Buffer.of(0),
    logId,
    time,
    number(2, 0),
    Buffer.of(4, 3),
    number(2, signed.length),
    signed,
  ])
  const list = Buffer.concat([number(2, sct.length + 2), number(2, sct.length), sct])
  return extension('1.3.6.1.4.1.11129.2.4.2', false, oct(list))
}

/** Key and certificate (PEM) of a TLS server or client that vouches for itself, by an IP address or a name. */
export function selfSigned(host: string): { readonly key: string; readonly cert: string } {
  const ip = /^[0-9.]+$/.test(host)
  const made = certificate({
    common: host,
    names: tlv(ip ? 0x87 : 0x82, ip ? Buffer.from(host.split('.').map(Number)) : Buffer.from(host)),
  })
  const body = made.der.toString('base64')
  return {
    key: made.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`,
  }
}

const attribute = (id: string, value: Uint8Array): Buffer => seq(oid(id), set(value))

/** An RFC 3161 response over `data`, as an authority that signs with `tsa` at `time` gives it. */
export function timestamp(tsa: Certified, data: Uint8Array, time: Date): Buffer {
  const serial = serialOf(tsa)
  const info = seq(
    int(1),
    oid('1.2.3.4'),
    seq(SHA256, oct(sha256(data))),
    int(7),
    generalizedTime(time),
  )
  const attributes = set(
    attribute('1.2.840.113549.1.9.3', TST_INFO),
    attribute('1.2.840.113549.1.9.4', oct(sha256(info))),
  )
  const signer = seq(
    int(1),
    seq(issuerOf(tsa), serial),
    SHA256,
    Buffer.concat([Buffer.of(0xa0), attributes.subarray(1)]),
    ECDSA_SHA256,
    oct(sign('sha256', attributes, tsa.key)),
  )
  const signed = seq(int(3), set(SHA256), seq(TST_INFO, tlv(0xa0, oct(info))), set(signer))
  return seq(seq(int(0)), seq(oid('1.2.840.113549.1.7.2'), tlv(0xa0, signed)))
}

/** Serial number and issuer are the second and fourth member of what is certified. */
function members(der: Buffer): Buffer[] {
  const inner = content(content(der))
  const found: Buffer[] = []
  for (let at = 0; at < inner.length;) {
    const size = sizeOf(inner.subarray(at))
    found.push(inner.subarray(at, at + size))
    at += size
  }
  return found
}
const serialOf = ({ der }: Certified): Buffer => members(der)[1] ?? Buffer.alloc(0)
const issuerOf = ({ der }: Certified): Buffer => members(der)[3] ?? Buffer.alloc(0)

function header(der: Buffer): [head: number, length: number] {
  const first = der[1] ?? 0
  if (first < 128) return [2, first]
  return first === 0x81 ? [3, der[2] ?? 0] : [4, der.readUInt16BE(2)]
}
const content = (der: Buffer): Buffer => {
  const [head, length] = header(der)
  return der.subarray(head, head + length)
}
const sizeOf = (der: Buffer): number => header(der).reduce((sum, part) => sum + part, 0)

export const SIGNED_AT = new Date('2026-08-01T10:00:00Z')

export interface World {
  readonly root: Certified
  readonly tsaRoot: Certified
  readonly tsa: Certified
  readonly leaf: Certified
}

export function createWorld(
  leaf: Partial<CertificateOptions> = {},
  tsa: Partial<CertificateOptions> = {},
): World {
  const root = certificate({ common: 'job CA', ca: true })
  const tsaRoot = certificate({ common: 'TSA CA', ca: true })
  return {
    root,
    tsaRoot,
    tsa: certificate({ common: 'TSA', issuer: tsaRoot, purpose: 'time', ...tsa }),
    leaf: certificate({
      common: 'run',
      issuer: root,
      purpose: 'code',
      from: new Date('2026-08-01T09:59:00Z'),
      until: new Date('2026-08-01T10:09:00Z'),
      san: 'https://acme.example/web/build',
      oidcIssuer: 'https://issuer.example',
      ...leaf,
    }),
  }
}

export const PAYLOAD = Buffer.from('{"subject":[]}')

export function signedBundle(
  { leaf, tsa }: World,
  { time = SIGNED_AT, stamped = true } = {},
): Uint8Array {
  const signature = sign('sha256', pae('application/vnd.in-toto+json', PAYLOAD), leaf.key)
  return createBundle({
    payload: PAYLOAD,
    signature,
    signer: { certificate: leaf.der },
    timestamps: stamped ? [timestamp(tsa, signature, time)] : [],
  })
}

/** The root that trusts the world's two authorities; `changes` replaces members. */
export function trustedRoot({ root, tsa, tsaRoot }: World, changes: object = {}): Uint8Array {
  const chain = (...certificates: readonly Certified[]): object => ({
    certChain: {
      certificates: certificates.map(({ der }) => ({ rawBytes: der.toString('base64') })),
    },
    validFor: { start: '2026-01-01T00:00:00Z' },
  })
  const json = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [chain(root)],
    timestampAuthorities: [chain(tsa, tsaRoot)],
    ...changes,
  }
  return Buffer.from(JSON.stringify(json))
}
