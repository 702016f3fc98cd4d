import { RegoError } from '../errors.ts'
import type { HostCrypto } from '../host.ts'
import { equals } from '../values/compare.ts'
import { keyText, fromJson } from '../values/json.ts'
import { compareNumbers, fromBigInt, isNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { fromUtf8, toBase64 } from './bytes.ts'
import { childrenOf, readAll, readDer } from './der.ts'
import { decodeBase64Url } from './encoding.ts'
import { fail, objectAt, stringAt } from './operands.ts'
import { readEncoded, readPem, writePem } from './pem.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'
import { parseTime } from './time-layout.ts'
import { parseCertificate, parseRequest } from './x509.ts'
import type { Certificate } from './x509.ts'

export function cryptoOf({ run }: CallContext): HostCrypto {
  const { crypto } = run.host
  if (!crypto) throw fail('the host grants no public-key cryptography')
  return crypto
}

/** Certificates in DER may follow one another without a separator. */
function readCertificates(text: string): Certificate[] {
  return readEncoded(text, 'CERTIFICATE').flatMap((bytes) =>
    readAll(bytes).map(({ raw }) => parseCertificate(raw)),
  )
}

/** Leaf first; what cannot be read is no chain. */
function readChain(text: string): Certificate[] {
  try {
    return readCertificates(text).toReversed()
  } catch (error) {
    if (error instanceof RegoError) return []
    throw error
  }
}

type Verification = { readonly now: bigint; readonly dnsName: string | undefined }

/** The first certificate is the root, the last one the leaf. */
function verify(text: string, options: Verification, call: CallContext): Value {
  const chain = readChain(text)
  const [leaf] = chain
  const crypto = cryptoOf(call)
  const linked = chain.every((certificate, index) => {
    const issuer = chain[index + 1] ?? certificate
    const isLast = index === chain.length - 1
    if (!isLast && !issuer.isCa) return false
    return (
      isLast ||
      (certificate.issuer === issuer.subject && crypto.isIssuedBy(certificate.der, issuer.der))
    )
  })
  const nameHolds =
    options.dnsName === undefined ||
    leaf?.dnsNames.some((name) => covers(name, options.dnsName ?? '')) === true
  const valid =
    chain.length >= 2 && linked && nameHolds && chain.every((each) => isCurrent(each, options.now))
  return valid ? [true, chain.map(({ json }) => json)] : [false, []]
}

function isCurrent({ notBefore, notAfter }: Certificate, now: bigint): boolean {
  const layout = '2006-01-02T15:04:05Z07:00'
  return parseTime(layout, notBefore) <= now && now <= parseTime(layout, notAfter)
}

function covers(pattern: string, name: string): boolean {
  const [wild, exact] = [pattern.toLowerCase(), name.toLowerCase()]
  if (!wild.startsWith('*.')) return wild === exact
  return exact.split('.').slice(1).join('.') === wild.slice(2)
}

const verifyWithOptions: BuiltinFunction = (args, call) => {
  const options = objectAt(args, 1)
  for (const key of options.keys()) {
    if (
      !['DNSName', 'CurrentTime', 'MaxConstraintComparisons', 'KeyUsages'].includes(keyText(key))
    ) {
      throw fail('invalid key option')
    }
  }
  const time = options.get('CurrentTime')
  const now =
    isNumber(time) && compareNumbers(time, 0) >= 0 ? BigInt(String(time)) : call.run.nowNanoseconds
  const name = options.get('DNSName')
  return verify(
    stringAt(args, 0),
    { now, dnsName: typeof name === 'string' ? name : undefined },
    call,
  )
}

const parseCertificates: BuiltinFunction = (args) =>
  readCertificates(stringAt(args, 0)).map(({ json }) => json)

const parseCertificateRequest: BuiltinFunction = (args) => {
  const [request] = readEncoded(stringAt(args, 0), 'CERTIFICATE REQUEST')
  if (!request) throw fail('invalid PEM-encoded certificate signing request')
  return parseRequest(request)
}

/** A key in PEM or in base64, as PEM. */
function privatePem(text: string): string {
  if (text.includes('-----BEGIN')) return text
  const [der] = readEncoded(text, 'PRIVATE KEY')
  if (!der) throw fail('no private key found')
  const inner = fromUtf8(der)
  return inner.includes('-----BEGIN') ? inner : writePem(labelOf(der), der)
}

/** PKCS#8 has an algorithm where PKCS#1 has the modulus. */
function labelOf(der: Uint8Array): string {
  return childrenOf(readDer(der))[1]?.tag === 0x30 ? 'PRIVATE KEY' : 'RSA PRIVATE KEY'
}

const parseRsaKey: BuiltinFunction = (args, call) => {
  const text = stringAt(args, 0)
  const pem = text.includes('-----BEGIN') ? text : privatePem(text)
  return fromJson(cryptoOf(call).parsePrivateKey(pem))
}

const parsePrivateKeys: BuiltinFunction = (args, call) => {
  const text = stringAt(args, 0)
  if (text === '') return null
  const pem = text.includes('-----BEGIN') ? text : decoded(text)
  return readPem(pem)
    .blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'))
    .map(({ label, der }) => goKey(cryptoOf(call).parsePrivateKey(writePem(label, der))))
}

function decoded(text: string): string {
  try {
    return readEncoded(text, '').map(fromUtf8).join('')
  } catch {
    return ''
  }
}

function memberText(jwk: Readonly<Record<string, unknown>>, name: string): string {
  const value = jwk[name]
  return typeof value === 'string' ? value : ''
}

/** The numbers of a key as Go's structures name them. */
function goKey(jwk: Readonly<Record<string, unknown>>): Value {
  const number = (name: string): Value => {
    const bytes = decodeBase64Url(memberText(jwk, name))
    return fromBigInt(bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n))
  }
  if (jwk['kty'] === 'EC') {
    return RegoObject.record({
      Curve: RegoObject.empty,
      X: number('x'),
      Y: number('y'),
      D: number('d'),
    })
  }
  if (jwk['kty'] !== 'RSA') {
    const seed = decodeBase64Url(memberText(jwk, 'd'))
    return toBase64(Uint8Array.from([...seed, ...decodeBase64Url(memberText(jwk, 'x'))]))
  }
  const precomputed = RegoObject.record({
    Dp: number('dp'),
    Dq: number('dq'),
    Qinv: number('qi'),
    CRTValues: [],
  })
  return RegoObject.record({
    N: number('n'),
    E: number('e'),
    D: number('d'),
    Primes: [number('p'), number('q')],
    Precomputed: precomputed,
  })
}

/** Both have the modulus or the point; other kinds of keys are not compared. */
function isPairOf({ json }: Certificate, key: Value): boolean {
  const shared = json.get('PublicKey')
  if (!(shared instanceof RegoObject) || !(key instanceof RegoObject))
    return !(shared instanceof RegoObject)
  return ['N', 'X', 'Y'].every((name) => equals(shared.get(name) ?? null, key.get(name) ?? null))
}

const parseKeypair: BuiltinFunction = (args, call) => {
  const certificates = readEncoded(stringAt(args, 0), 'CERTIFICATE')
  const key = goKey(cryptoOf(call).parsePrivateKey(privatePem(stringAt(args, 1))))
  const [leaf] = certificates
  if (!leaf || !isPairOf(parseCertificate(leaf), key)) {
    throw fail('tls: private key does not match public key')
  }
  return RegoObject.record({
    Certificate: certificates.map((der) => toBase64(der)),
    PrivateKey: key,
    Leaf: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    SupportedSignatureAlgorithms: null,
  })
}

export const certificates: readonly Builtin[] = [
  define(
    'crypto.x509.parse_certificates(string) -> array',
    'The certificates of a PEM or base64 text.',
    parseCertificates,
  ),
  define(
    'crypto.x509.parse_and_verify_certificates(string) -> array',
    'Whether the certificates, root first, form a valid chain; and the chain.',
    (args, call) =>
      verify(stringAt(args, 0), { now: call.run.nowNanoseconds, dnsName: undefined }, call),
  ),
  define(
    'crypto.x509.parse_and_verify_certificates_with_options(string, object) -> array',
    'The same at another time or for a host name.',
    verifyWithOptions,
  ),
  define(
    'crypto.x509.parse_certificate_request(string) -> object',
    'A PKCS#10 certificate request.',
    parseCertificateRequest,
  ),
  define(
    'crypto.x509.parse_keypair(string, string) -> object',
    'A certificate and its private key.',
    parseKeypair,
  ),
  define(
    'crypto.x509.parse_rsa_private_key(string) -> object',
    'A private key as a JSON Web Key.',
    parseRsaKey,
  ),
  define(
    'crypto.parse_private_keys(string) -> array',
    'The private keys of a PEM text.',
    parsePrivateKeys,
  ),
]
