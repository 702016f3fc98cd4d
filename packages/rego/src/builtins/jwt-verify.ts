import { equals } from '../values/compare.ts'
import { keyText } from '../values/json.ts'
import { isNumber, toParts, fromParts, compareNumbers, fromBigInt } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { algorithms, readKeys } from './jwt-keys.ts'
import type { VerificationKey } from './jwt-keys.ts'
import { headerOf, isNested, payloadOf, readToken, verifyKeys, verifySecret } from './jwt.ts'
import type { Token } from './jwt.ts'
import { elements, fail, objectAt, stringAt } from './operands.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'

type Constraints = {
  readonly cert: readonly VerificationKey[] | undefined
  readonly secret: string | undefined
  readonly alg: string | undefined
  readonly iss: Value | undefined
  readonly aud: Value | undefined
  readonly time: RegoNumber
}

const names = new Set(['cert', 'secret', 'alg', 'iss', 'aud', 'time'])

function readConstraints(object: RegoObject, { run }: CallContext): Constraints {
  const unknown = object.keys().find((key) => typeof key !== 'string' || !names.has(key))
  if (unknown !== undefined) throw fail(`unknown token validation constraint: ${keyText(unknown)}`)
  const [cert, secret] = [textAt(object, 'cert'), textAt(object, 'secret')]
  const keys = cert === undefined ? undefined : readKeys(cert)
  if (keys && secret !== undefined) throw fail('duplicate key constraints')
  if (!keys && secret === undefined) throw fail('no key constraint')
  return {
    cert: keys,
    secret,
    alg: textAt(object, 'alg'),
    iss: textAt(object, 'iss'),
    aud: textAt(object, 'aud'),
    time: readTime(object.get('time') ?? fromBigInt(run.nowNanoseconds)),
  }
}

function textAt(object: RegoObject, key: string): string | undefined {
  const value = object.get(key)
  if (value !== undefined && typeof value !== 'string')
    throw fail(`${key} constraint: must be a string`)
  return value
}

function readTime(time: Value): RegoNumber {
  if (!isNumber(time)) throw fail('token time constraint: must be a number')
  if (compareNumbers(time, 0) < 0) throw fail('token time constraint: must not be negative')
  return time
}

const refused: Value = [false, RegoObject.empty, RegoObject.empty]

const decodeVerify: BuiltinFunction = (args, call) => {
  const constraints = readConstraints(objectAt(args, 1), call)
  let token = readToken(stringAt(args, 0))
  for (;;) {
    if (headerOf(token).has('crit') || !hasSignature(token, constraints, call)) return refused
    if (!isNested(token)) break
    token = readToken(token.payload.replace(/^"|"$/g, ''))
  }
  const payload = payloadOf(token)
  return claimsHold(payload, constraints) ? [true, headerOf(token), payload] : refused
}

function hasSignature(
  token: Token,
  { alg, secret, cert }: Constraints,
  call: CallContext,
): boolean {
  const name = headerOf(token).get('alg')
  const algorithm = typeof name === 'string' ? algorithms.get(name) : undefined
  if (!algorithm || (alg !== undefined && alg !== name)) return false
  if (algorithm.scheme === 'HS')
    return secret !== undefined && verifySecret({ token, algorithm }, secret)
  return cert !== undefined && verifyKeys({ token, algorithm }, cert, call)
}

function claimsHold(payload: RegoObject, { iss, aud, time }: Constraints): boolean {
  if (iss !== undefined && !equals(iss, payload.get('iss') ?? null)) return false
  if (!audienceHolds(payload.get('aud'), aud)) return false
  const [exp, nbf] = [timeClaim(payload, 'exp'), timeClaim(payload, 'nbf')]
  if (exp !== undefined && compareNumbers(time, exp) >= 0) return false
  return nbf === undefined || compareNumbers(time, nbf) >= 0
}

/** A token for somebody must be for us, and ours must say so. */
function audienceHolds(claim: Value | undefined, aud: Value | undefined): boolean {
  if (claim === undefined || aud === undefined) return claim === aud
  const audiences = typeof claim === 'string' ? [claim] : elements(claim)
  return audiences.some((each) => equals(each, aud))
}

/** Claims count seconds, constraints nanoseconds. */
function timeClaim(payload: RegoObject, name: string): RegoNumber | undefined {
  const value = payload.get(name)
  if (value === undefined) return undefined
  if (!isNumber(value)) throw fail(`${name} value must be a number`)
  const { coefficient, exponent } = toParts(value)
  return fromParts({ coefficient, exponent: exponent + 9 })
}

export const jwtVerify: readonly Builtin[] = [
  lenient(
    define(
      'io.jwt.decode_verify(string, object) -> array',
      'Whether a token is valid under constraints, its header and its payload.',
      decodeVerify,
    ),
  ),
]
