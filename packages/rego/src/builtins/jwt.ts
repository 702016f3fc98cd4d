import { RegoError } from '../errors.ts'
import { keyText, marshal } from '../values/json.ts'
import type { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { toBase64, toHex, utf8, fromUtf8 } from './bytes.ts'
import { cryptoOf } from './certificates.ts'
import { hmacOf, sameText } from './crypto.ts'
import { decodeBase64Url } from './encoding.ts'
import { algorithms, readKeys, readObject, record } from './jwt-keys.ts'
import type { Algorithm, VerificationKey } from './jwt-keys.ts'
import { fail, objectAt, stringAt } from './operands.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

/** The parts of a compact serialization, RFC 7515 §3.1. */
export type Token = {
  /** Undefined when it is no JSON object; tokens with such a header can still be verified. */
  readonly header: RegoObject | undefined
  readonly payload: string
  readonly signature: Uint8Array
  /** What the signature is over. */
  readonly signed: string
}

function decodePart(part: string, name: string): Uint8Array {
  try {
    return decodeBase64Url(part)
  } catch (error) {
    throw error instanceof RegoError
      ? fail(`JWT ${name} had invalid encoding: ${error.reason}`)
      : error
  }
}

function sections(text: string): readonly [header: string, payload: string, signature: string] {
  const parts = text.split('.')
  if (parts.length === 1) throw fail('encoded JWT had no period separators')
  if (parts.length !== 3) throw fail(`encoded JWT must have 3 sections, found ${parts.length}`)
  const [header = '', payload = '', signature = ''] = parts
  return [header, payload, signature]
}

/** Whether the header says something or nothing readable, the signature is looked at. */
function readSignedToken(text: string): Token {
  const [header, payload, signature] = sections(text)
  return {
    header: readHeader(header),
    payload,
    signature: decodeBase64Url(signature),
    signed: `${header}.${payload}`,
  }
}

function readHeader(part: string): RegoObject | undefined {
  try {
    return readObject(fromUtf8(decodeBase64Url(part)))
  } catch (error) {
    if (error instanceof RegoError) return undefined
    throw error
  }
}

export function readToken(text: string): Token {
  const [header, payload, signature] = sections(text)
  return {
    header: readObject(fromUtf8(decodePart(header, 'header'))),
    payload: fromUtf8(decodePart(payload, 'payload')),
    signature: decodePart(signature, 'signature'),
    signed: `${header}.${payload}`,
  }
}

/** A token whose content is a token stands for the inner one, RFC 7519 §5.2. */
export function isNested({ header }: Token): boolean {
  const type = header?.get('cty')
  return typeof type === 'string' && type.toUpperCase() === 'JWT'
}

export function headerOf({ header }: Token): RegoObject {
  if (!header) throw fail('bad JWT header: invalid JSON or decoded JSON type was not an Object')
  if (header.has('enc')) throw fail('JWT is a JWE object, which is not supported')
  return header
}

export function payloadOf({ payload }: Token): RegoObject {
  const fields = readObject(payload)
  if (!fields) throw fail('decoded JSON type was not an Object')
  return fields
}

const decode: BuiltinFunction = (args) => {
  let token = readToken(stringAt(args, 0))
  let header = headerOf(token)
  while (isNested(token)) {
    token = readToken(token.payload.replace(/^"|"$/g, ''))
    header = headerOf(token)
  }
  return [header, payloadOf(token), toHex(token.signature)]
}

type Checked = { readonly token: Token; readonly algorithm: Algorithm }

export function verifySecret({ token, algorithm }: Checked, secret: string): boolean {
  const expected = hmacOf(algorithm.hash, utf8(secret), utf8(token.signed))
  return sameText(toHex(expected), toHex(token.signature))
}

/** Any of the keys may have signed; those with another key id are not tried. */
export function verifyKeys(
  { token, algorithm }: Checked,
  keys: readonly VerificationKey[],
  call: CallContext,
): boolean {
  const { scheme, hash } = algorithm
  if (scheme === 'HS') return false
  const kid = token.header?.get('kid')
  const named = keys.filter((key) => key.kid !== undefined && key.kid === kid)
  const candidates = named.length > 0 ? named : keys
  const request = { scheme, hash, data: utf8(token.signed), signature: token.signature }
  return candidates.some(({ key }) => cryptoOf(call).verify({ ...request, key }))
}

function verifier(name: string, algorithm: Algorithm): Builtin {
  const text = `io.jwt.verify_${name.toLowerCase()}(string, string) -> boolean`
  const verify: BuiltinFunction = (args, call) => {
    const token = stringAt(args, 0)
    if (algorithm.scheme === 'HS') {
      const secret = stringAt(args, 1)
      return verifySecret({ token: readSignedToken(token), algorithm }, secret)
    }
    sections(token)
    const keys = readKeys(stringAt(args, 1))
    return verifyKeys({ token: readSignedToken(token), algorithm }, keys, call)
  }
  return lenient(define(text, `Whether a token has a valid ${name} signature.`, verify))
}

function encode(text: string): string {
  return toBase64(utf8(text), { url: true, padding: false })
}

type Signing = { readonly header: string; readonly payload: string; readonly key: string }

function signToken({ header, payload, key }: Signing, call: CallContext): Value {
  const webKey = readSigningKey(key)
  const algorithm = algorithmOf(header)
  checkPayload(header, payload)
  const signed = `${encode(header)}.${encode(payload)}`
  const signature = signatureOf(signed, webKey, { algorithm, call })
  return `${signed}.${toBase64(signature, { url: true, padding: false })}`
}

function readSigningKey(text: string): RegoObject {
  const where = 'jwk.Parse: failed to parse sole key: jwk.ParseKey: '
  const key = readObject(text)
  if (!key) throw fail(`${where}jwk.Parse: failed to probe data: probe: ${unreadable(text)}`)
  const type = key.get('kty') ?? ''
  if (typeof type === 'string' && ['RSA', 'EC', 'oct', 'OKP'].includes(type)) return key
  throw fail(`${where}invalid key type from JSON (${keyText(type)})`)
}

function unreadable(text: string): string {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof RegoError) return `failed to unmarshal data: ${error.reason}`
    throw error
  }
  return 'failed to unmarshal data: json: cannot unmarshal into a key'
}

function algorithmOf(header: string): Algorithm {
  const isObject = header.trimStart().startsWith('{')
  const fields = readObject(header)
  if (!fields && isObject) throw fail("missing or invalid 'alg' header: cannot parse JSON")
  const name = fields?.get('alg')
  if (typeof name !== 'string')
    throw fail(`missing or invalid 'alg' header: jwsbb: header "alg" not found`)
  const algorithm = algorithms.get(name)
  if (!algorithm) throw fail(`unknown JWS algorithm: ${name}`)
  return algorithm
}

function checkPayload(header: string, payload: string): void {
  const type = readObject(header)?.get('typ')
  const isJwt = type === undefined || type === '' || type === 'JWT'
  if (isJwt && !readObject(payload)) throw fail('type is JWT but payload is not JSON')
}

type SigningSite = { readonly algorithm: Algorithm; readonly call: CallContext }

function signatureOf(
  signed: string,
  key: RegoObject,
  { algorithm, call }: SigningSite,
): Uint8Array {
  const { scheme, hash } = algorithm
  const data = utf8(signed)
  if (scheme !== 'HS') return cryptoOf(call).sign({ scheme, hash, key: record(key), data })
  const secret = key.get('k')
  if (typeof secret !== 'string') throw fail('the key is no octet sequence')
  return hmacOf(hash, decodeBase64Url(secret), data)
}

export const jwt: readonly Builtin[] = [
  define(
    'io.jwt.decode(string) -> array',
    'Header, payload and signature of a token, unverified.',
    decode,
  ),
  ...Array.from(algorithms, ([name, algorithm]) => verifier(name, algorithm)),
  define(
    'io.jwt.encode_sign(object, object, object) -> string',
    'Signs a header and a payload with a JSON Web Key.',
    (args, call) => {
      const [header, payload, key] = [0, 1, 2].map((index) => marshal(objectAt(args, index)))
      return signToken({ header: header ?? '', payload: payload ?? '', key: key ?? '' }, call)
    },
  ),
  define(
    'io.jwt.encode_sign_raw(string, string, string) -> string',
    'The same with texts of JSON, signed as they are.',
    (args, call) =>
      signToken(
        { header: stringAt(args, 0), payload: stringAt(args, 1), key: stringAt(args, 2) },
        call,
      ),
  ),
]
