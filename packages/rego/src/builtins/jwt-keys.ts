import { RegoError } from '../errors.ts'
import type { HashName, SignatureScheme } from '../host.ts'
import { keyText, toJson } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { readDer } from './der.ts'
import { fail } from './operands.ts'
import { own } from './own.ts'
import { readPem } from './pem.ts'
import type { PemBlock } from './pem.ts'

export type Algorithm = { readonly scheme: SignatureScheme | 'HS'; readonly hash: HashName }

/** RFC 7518 §3.1 and RFC 8037. */
export const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ...(['HS', 'RS', 'PS', 'ES'] as const).flatMap((scheme) =>
    (['256', '384', '512'] as const).map((size): [string, Algorithm] => [
      `${scheme}${size}`,
      { scheme, hash: `SHA-${size}` },
    ]),
  ),
  ['EdDSA', { scheme: 'EdDSA', hash: 'SHA-512' }],
])

export type VerificationKey = {
  readonly key: string | Readonly<Record<string, unknown>>
  readonly kid: string | undefined
}

/** A certificate or a public key in PEM, a JSON Web Key, or a set of them. */
export function readKeys(text: string): VerificationKey[] {
  return text.includes('-----BEGIN') ? readPemKey(text) : readWebKeys(text)
}

function readPemKey(text: string): VerificationKey[] {
  const { blocks, rest } = readPem(text)
  const [first] = blocks
  if (!first) throw fail('failed to parse a PEM key')
  const what = first.label === 'CERTIFICATE' ? 'PEM certificate block' : 'PEM public key block'
  if (blocks.length > 1 || rest.trim() !== '') throw fail(`extra data after a ${what}`)
  if (first.label !== 'CERTIFICATE' && !first.label.endsWith('PUBLIC KEY')) {
    throw fail('failed to extract a Key from the PEM certificate')
  }
  checkDer(first)
  return [{ key: text, kid: undefined }]
}

function checkDer({ label, der }: PemBlock): void {
  try {
    readDer(der)
  } catch (error) {
    const what = label === 'CERTIFICATE' ? 'certificate: x509: malformed certificate' : 'public key'
    throw error instanceof RegoError
      ? fail(`failed to parse a PEM ${what}: ${error.reason}`)
      : error
  }
}

/** What a key of each type cannot do without, RFC 7518 §6 and RFC 8037 §2. */
const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
}

function readWebKeys(text: string): VerificationKey[] {
  const json = readObject(text)
  const keys = json?.get('keys')
  const list: readonly Value[] = Array.isArray(keys) ? keys : json ? [json] : []
  const objects = list.filter((key) => key instanceof RegoObject && isKey(key))
  if (objects.length === 0) throw fail('failed to parse a JWK key (set)')
  return objects.map((key) => toVerificationKey(key as RegoObject))
}

function isKey(key: RegoObject): boolean {
  return own(members, keyText(key.get('kty')))?.every((name) => key.has(name)) === true
}

function toVerificationKey(key: RegoObject): VerificationKey {
  const kid = key.get('kid')
  return { key: record(key), kid: typeof kid === 'string' ? kid : undefined }
}

export function record(object: RegoObject): Readonly<Record<string, unknown>> {
  return toJson(object) as Readonly<Record<string, unknown>>
}

export function readObject(text: string): RegoObject | undefined {
  try {
    const value = parseJson(text)
    return value instanceof RegoObject ? value : undefined
  } catch (error) {
    if (error instanceof RegoError) return undefined
    throw error
  }
}
