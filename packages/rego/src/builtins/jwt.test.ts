import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { expect, test } from '@jest/globals'

import { documentOf } from '../testing/evaluate.ts'

const pairs: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS384: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

function p(expression: string, input: unknown): string {
  return documentOf(`package t\n\np := ${expression}\n`, { input, strictBuiltinErrors: true })
}

function sign(alg: string, payload: unknown): string {
  const key = pairs[alg]?.privateKey.export({ format: 'jwk' })
  const token = p('io.jwt.encode_sign({"alg": input.alg}, input.payload, input.key)', {
    alg,
    payload,
    key,
  })
  return String(JSON.parse(token))
}

test.each(Object.keys(pairs))(
  'a token signed with %s is valid for its key and for no other',
  (alg) => {
    const token = sign(alg, { iss: 'me' })
    const name = `io.jwt.verify_${alg.toLowerCase()}`
    const verify = (of: string): string => {
      const pem = pairs[of]?.publicKey.export({ format: 'pem', type: 'spki' })
      return p(`${name}(input.token, input.pem)`, { token, pem })
    }

    expect(verify(alg)).toBe('true')
    expect(verify(alg === 'ES256' ? 'RS256' : 'ES256')).toBe('false')
  },
)

test('a set of keys is tried by key id', () => {
  const keys = ['RS256', 'ES256'].map((alg) => ({
    ...pairs[alg]?.publicKey.export({ format: 'jwk' }),
    kid: alg,
  }))
  const input = { token: sign('ES256', { a: 1 }), keys: JSON.stringify({ keys }) }

  expect(p('io.jwt.decode_verify(input.token, {"cert": input.keys})[2]', input)).toBe('{"a":1}')
})

test.each([
  ['an algorithm that was not asked for', '{"secret": "s", "alg": "HS512"}', '[false,{},{}]'],
  ['another secret', '{"secret": "t"}', '[false,{},{}]'],
  ['another issuer', '{"secret": "s", "iss": "other"}', '[false,{},{}]'],
  ['a time after its end', '{"secret": "s", "iss": "me", "time": 200000000001}', '[false,{},{}]'],
  [
    'a constraint that does not exist',
    '{"secret": "s", "nope": 1}',
    'eval_builtin_error: io.jwt.decode_verify: unknown token validation constraint: nope',
  ],
  ['no key', '{"iss": "me"}', 'eval_builtin_error: io.jwt.decode_verify: no key constraint'],
  [
    'its own constraints',
    '{"secret": "s", "iss": "me", "time": 100}',
    '[true,{"alg":"HS256"},{"exp":200,"iss":"me"}]',
  ],
])('a token is judged by %s', (_, constraints, expected) => {
  const token = p(
    'io.jwt.encode_sign({"alg": "HS256"}, {"iss": "me", "exp": 200}, {"kty": "oct", "k": "cw"})',
    {},
  )

  expect(p(`io.jwt.decode_verify(${token}, ${constraints})`, {})).toBe(expected)
})

test('a token without signature is never valid', () => {
  const token = `${btoa('{"alg":"none"}')}.${btoa('{}')}.`.replaceAll('=', '')

  expect(p('io.jwt.decode_verify(input, {"secret": "s"})[0]', token)).toBe('false')
})

test('without a host there is no public-key cryptography', () => {
  const pem = pairs['ES256']?.publicKey.export({ format: 'pem', type: 'spki' })
  const module = 'package t\n\np := io.jwt.verify_es256(input.token, input.pem)\n'
  const request = { input: { token: sign('ES256', {}), pem }, host: {}, strictBuiltinErrors: true }

  expect(documentOf(module, request)).toMatch('the host grants no public-key cryptography')
})
