import { fromBigInt } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { fromUtf8, toBase64 } from './bytes.ts'
import { childrenOf, integerOf, oidOf, readAll, readDer, tags, timeOf } from './der.ts'
import type { Der } from './der.ts'
import { formatAddress } from './ip.ts'
import { fail } from './operands.ts'

/** What of a certificate is needed to check it; `json` has the shape of Go's x509.Certificate. */
export type Certificate = {
  readonly der: Uint8Array
  readonly subject: string
  readonly issuer: string
  readonly notBefore: string
  readonly notAfter: string
  readonly isCa: boolean
  readonly dnsNames: readonly string[]
  readonly json: RegoObject
}

const nameFields: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CommonName', '2.5.4.5': 'SerialNumber', '2.5.4.6': 'Country', '2.5.4.7': 'Locality',
  '2.5.4.8': 'Province', '2.5.4.9': 'StreetAddress', '2.5.4.10': 'Organization',
  '2.5.4.11': 'OrganizationalUnit', '2.5.4.17': 'PostalCode',
} // prettier-ignore

const listFields = ['Country', 'Organization', 'OrganizationalUnit', 'Locality', 'Province', 'StreetAddress', 'PostalCode'] // prettier-ignore

/** A distinguished name as Go's pkix.Name. */
export function nameJson(name: Der): RegoObject {
  const lists = new Map<string, Value[]>()
  const single: Record<string, Value> = { CommonName: '', SerialNumber: '' }
  const names: Value[] = []
  for (const part of childrenOf(name).flatMap((set) => childrenOf(set, tags.set))) {
    const [type, value] = childrenOf(part)
    if (!type || !value) throw fail('malformed certificate: bad name')
    const [oid, text] = [oidOf(type), fromUtf8(value.content)]
    names.push(RegoObject.record({ Type: oid.split('.').map(Number), Value: text }))
    const field = nameFields[oid]
    if (field && listFields.includes(field)) lists.set(field, [...(lists.get(field) ?? []), text])
    else if (field) single[field] = text
  }
  const listed = Object.fromEntries(listFields.map((field) => [field, lists.get(field) ?? null]))
  return RegoObject.record({ ...single, ...listed, Names: names, ExtraNames: null })
}

const signatureAlgorithms: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.4': 2, '1.2.840.113549.1.1.5': 3, '1.2.840.113549.1.1.11': 4,
  '1.2.840.113549.1.1.12': 5, '1.2.840.113549.1.1.13': 6, '1.2.840.10045.4.1': 9,
  '1.2.840.10045.4.3.2': 10, '1.2.840.10045.4.3.3': 11, '1.2.840.10045.4.3.4': 12,
  '1.2.840.113549.1.1.10': 13, '1.3.101.112': 16,
} // prettier-ignore

const keyAlgorithms: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.1': 1, '1.2.840.10040.4.1': 2, '1.2.840.10045.2.1': 3, '1.3.101.112': 4,
} // prettier-ignore

function algorithm(element: Der | undefined, table: Readonly<Record<string, number>>): number {
  const [oid] = childrenOf(element)
  return (oid && table[oidOf(oid)]) ?? 0
}

function base64(bytes: Uint8Array): string {
  return toBase64(bytes)
}

/** RFC 5280 §4.1. */
export function parseCertificate(der: Uint8Array): Certificate {
  const parts = readParts(der)
  const { outer, tbs, signatureAlgorithm, signature, version, fields } = parts
  const { serial, issuer, subject, key, from, to } = parts
  const extended = fields.find(({ tag }) => tag === 0xa3)
  const extensions = readExtensions(extended)
  const names = alternativeNames(extensions.get('2.5.29.17'))
  const basic = basicConstraints(extensions.get('2.5.29.19'))
  const json = RegoObject.record({
    Raw: base64(outer.raw),
    RawTBSCertificate: base64(tbs.raw),
    RawSubjectPublicKeyInfo: base64(key.raw),
    RawSubject: base64(subject.raw),
    RawIssuer: base64(issuer.raw),
    Signature: base64(signature.content.subarray(1)),
    SignatureAlgorithm: algorithm(signatureAlgorithm, signatureAlgorithms),
    PublicKeyAlgorithm: algorithm(childrenOf(key)[0], keyAlgorithms),
    Version: version,
    SerialNumber: fromBigInt(integerOf(serial)),
    Issuer: nameJson(issuer),
    Subject: nameJson(subject),
    NotBefore: timeOf(from),
    NotAfter: timeOf(to),
    KeyUsage: keyUsage(extensions.get('2.5.29.15')),
    ExtKeyUsage: extendedUsage(extensions.get('2.5.29.37')),
    ...basic,
    ...names,
    ...keyIds(extensions),
    PublicKey: publicKey(key),
    Extensions: extensionsJson(extended),
    ...alwaysAbsent,
  })
  return {
    der: outer.raw,
    subject: base64(subject.raw),
    issuer: base64(issuer.raw),
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    isCa: basic['IsCA'] === true,
    dnsNames: Array.isArray(names['DNSNames']) ? names['DNSNames'].map(String) : [],
    json,
  }
}

type Parts = {
  readonly outer: Der
  readonly version: number
  /** All fields behind the version. */
  readonly fields: readonly Der[]
} & Record<
  | 'tbs'
  | 'signatureAlgorithm'
  | 'signature'
  | 'serial'
  | 'issuer'
  | 'subject'
  | 'key'
  | 'from'
  | 'to',
  Der
>

function readParts(der: Uint8Array): Parts {
  const outer = readDer(der)
  const [tbs, signatureAlgorithm, signature] = childrenOf(outer)
  const all = childrenOf(tbs)
  const [first] = all
  const hasVersion = first?.tag === 0xa0
  const fields = hasVersion ? all.slice(1) : all
  const [serial, , issuer, validity, subject, key] = fields
  const [from, to] = childrenOf(validity)
  const parts = { tbs, signatureAlgorithm, signature, serial, issuer, subject, key, from, to }
  if (Object.values(parts).includes(undefined)) throw fail('malformed certificate')
  const version = hasVersion ? Number(integerOf(readDer(first.content))) + 1 : 1
  return { ...(parts as Omit<Parts, 'outer' | 'version' | 'fields'>), outer, version, fields }
}

/** What this package does not read, as Go shows it when a certificate lacks it. */
const alwaysAbsent: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(
    [
      'CRLDistributionPoints', 'ExcludedDNSDomains', 'ExcludedEmailAddresses', 'ExcludedIPRanges',
      'ExcludedURIDomains', 'ExtraExtensions', 'IssuingCertificateURL', 'OCSPServer',
      'PermittedDNSDomains', 'PermittedEmailAddresses', 'PermittedIPRanges', 'PermittedURIDomains',
      'Policies', 'PolicyIdentifiers', 'PolicyMappings', 'UnhandledCriticalExtensions',
      'UnknownExtKeyUsage',
    ].map((name) => [name, null]),
  ),
  InhibitAnyPolicy: 0, InhibitAnyPolicyZero: false, InhibitPolicyMapping: 0,
  InhibitPolicyMappingZero: false, PermittedDNSDomainsCritical: false,
  RequireExplicitPolicy: 0, RequireExplicitPolicyZero: false,
} // prettier-ignore

/** The numbers of an RSA key or the point of an elliptic one. */
function publicKey(info: Der): Value {
  const [, bits] = childrenOf(info)
  if (!bits) return null
  const bytes = bits.content.subarray(1)
  const kind = algorithm(childrenOf(info)[0], keyAlgorithms)
  if (kind === 1) {
    const [modulus, exponent] = childrenOf(readDer(bytes)).map((each) =>
      fromBigInt(integerOf(each)),
    )
    return RegoObject.record({ N: modulus ?? 0, E: exponent ?? 0 })
  }
  if (kind !== 3 || bytes[0] !== 4) return base64(bytes)
  const half = (bytes.length - 1) / 2
  const [x, y] = [bytes.subarray(1, 1 + half), bytes.subarray(1 + half)].map(unsigned)
  return RegoObject.record({ Curve: RegoObject.empty, X: x ?? 0, Y: y ?? 0 })
}

function unsigned(bytes: Uint8Array): Value {
  return fromBigInt(bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n))
}

function extensionsJson(element: Der | undefined): Value {
  if (!element) return null
  return childrenOf(readDer(element.content)).map((extension) => {
    const [oid, second, third] = childrenOf(extension)
    const value = third ?? second
    return RegoObject.record({
      Id: oid ? oidOf(oid).split('.').map(Number) : [],
      Critical: third !== undefined && second?.content[0] !== 0,
      Value: value ? base64(value.content) : '',
    })
  })
}

type Extensions = ReadonlyMap<string, Uint8Array>

function readExtensions(element: Der | undefined): Extensions {
  const extensions = new Map<string, Uint8Array>()
  if (!element) return extensions
  for (const extension of childrenOf(readDer(element.content))) {
    const parts = childrenOf(extension)
    const [oid, value] = [parts[0], parts.at(-1)]
    if (oid && value) extensions.set(oidOf(oid), value.content)
  }
  return extensions
}

/** RFC 5280 §4.2.1.6. */
function alternativeNames(value: Uint8Array | undefined): Record<string, Value> {
  const found: Record<number, string[]> = {}
  for (const { tag, content } of value ? childrenOf(readDer(value)) : []) {
    const text = tag === 0x87 ? addressText(content) : fromUtf8(content)
    found[tag] = [...(found[tag] ?? []), text]
  }
  return {
    DNSNames: found[0x82] ?? null,
    EmailAddresses: found[0x81] ?? null,
    IPAddresses: found[0x87] ?? null,
    URIStrings: found[0x86] ?? null,
  }
}

function addressText(bytes: Uint8Array): string {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return formatAddress(value, bytes.length === 4 ? 32 : 128)
}

function basicConstraints(value: Uint8Array | undefined): Record<string, Value> {
  const parts = value ? childrenOf(readDer(value)) : []
  const isCa = parts[0]?.tag === tags.boolean && parts[0].content[0] !== 0
  const length = parts.find(({ tag }) => tag === tags.integer)
  const max = length ? Number(integerOf(length)) : -1
  return {
    BasicConstraintsValid: value !== undefined,
    IsCA: isCa,
    MaxPathLen: value === undefined ? 0 : max,
    MaxPathLenZero: max === 0,
  }
}

function keyUsage(value: Uint8Array | undefined): number {
  if (!value) return 0
  const [, ...bytes] = readDer(value).content
  const bits = bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1))
  return bits.reduce((sum, bit, index) => sum | (bit << index), 0)
}

const usages: Readonly<Record<string, number>> = {
  '2.5.29.37.0': 0, '1.3.6.1.5.5.7.3.1': 1, '1.3.6.1.5.5.7.3.2': 2, '1.3.6.1.5.5.7.3.3': 3,
  '1.3.6.1.5.5.7.3.4': 4, '1.3.6.1.5.5.7.3.5': 5, '1.3.6.1.5.5.7.3.6': 6, '1.3.6.1.5.5.7.3.7': 7,
  '1.3.6.1.5.5.7.3.8': 8, '1.3.6.1.5.5.7.3.9': 9,
} // prettier-ignore

function extendedUsage(value: Uint8Array | undefined): Value {
  if (!value) return null
  return childrenOf(readDer(value)).flatMap((oid) => usages[oidOf(oid)] ?? [])
}

function keyIds(extensions: Extensions): Record<string, Value> {
  const subject = extensions.get('2.5.29.14')
  const authority = extensions.get('2.5.29.35')
  const key = authority && childrenOf(readDer(authority)).find(({ tag }) => tag === 0x80)
  return {
    SubjectKeyId: subject ? base64(readDer(subject).content) : null,
    AuthorityKeyId: key ? base64(key.content) : null,
  }
}

/** RFC 2986 §4. */
export function parseRequest(der: Uint8Array): RegoObject {
  const outer = readDer(der)
  const [info, signatureAlgorithm, signature] = childrenOf(outer)
  const [version, subject, key] = childrenOf(info)
  if (!info || !version || !subject || !key || !signature)
    throw fail('malformed certificate request')
  return RegoObject.record({
    Raw: base64(outer.raw),
    RawTBSCertificateRequest: base64(info.raw),
    RawSubjectPublicKeyInfo: base64(key.raw),
    RawSubject: base64(subject.raw),
    Version: Number(integerOf(version)),
    Signature: base64(signature.content.subarray(1)),
    SignatureAlgorithm: algorithm(signatureAlgorithm, signatureAlgorithms),
    PublicKeyAlgorithm: algorithm(childrenOf(key)[0], keyAlgorithms),
    Subject: nameJson(subject),
    ...alternativeNames(requestedNames(info)),
  })
}

/** The extensions that a request asks for are an attribute of it, RFC 2985 §5.4.2. */
function requestedNames(info: Der): Uint8Array | undefined {
  const attributes = childrenOf(info).find(({ tag }) => tag === 0xa0)
  for (const attribute of attributes ? readAll(attributes.content) : []) {
    const [oid, values] = childrenOf(attribute)
    if (!oid || oidOf(oid) !== '1.2.840.113549.1.9.14' || !values) continue
    const wrapped = { tag: 0xa3, raw: values.raw, content: values.content }
    return readExtensions(wrapped).get('2.5.29.17')
  }
  return undefined
}
