import { generateKeyPairSync, type KeyObject } from 'node:crypto'

import { test } from '@jest/globals'
import { exportJWK, type JSONWebKeySet } from 'jose'

import { keySet } from './key-set.ts'
import { expect } from './testing/matchers.ts'
import { tokenSigner, tokenVerifier } from './tokens.ts'

const issuer = 'cp'
const audience = 'cas'

interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const newKey = (kid: string): Key => ({
  kid,
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
})

async function jwksOf(...keys: Key[]): Promise<JSONWebKeySet> {
  return {
    keys: await Promise.all(
      keys.map(async ({ kid, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg: 'ES256',
      })),
    ),
  }
}

const signed = ({ privateKey, kid }: Key): Promise<string> =>
  tokenSigner({ key: privateKey, kid, issuer }).sign({}, { audience, expiresInSeconds: 3600 })

/** A JWKS endpoint and a clock that the test moves. */
function world(initial: JSONWebKeySet) {
  const state = { answer: initial as JSONWebKeySet | undefined, fetched: 0, now: 0 }
  const fetch: typeof globalThis.fetch = async () => {
    state.fetched += 1
    if (!state.answer) throw new TypeError('connection refused')
    return Response.json(state.answer)
  }
  const keys = keySet({ url: 'http://cp/.well-known/jwks.json', fetch, now: () => state.now })
  return { state, keys, verifier: tokenVerifier({ keys, issuer, audience }) }
}

const one = newKey('one')
const two = newKey('two')

test('keys are fetched once for many tokens, also when they come together', async () => {
  const { state, verifier } = world(await jwksOf(one))
  const token = await signed(one)

  await Promise.all([verifier.verify(token), verifier.verify(token)])
  await verifier.verify(token)

  expect(state.fetched).toBe(1)
})

test('a key that was rotated in is found without restart', async () => {
  const { state, verifier } = world(await jwksOf(one))
  await verifier.verify(await signed(one))
  state.answer = await jwksOf(one, two)
  state.now += 6000

  await verifier.verify(await signed(two))

  expect(state.fetched).toBe(2)
})

test('invented key ids cannot make us ask more than once in the cool-down', async () => {
  const { state, verifier } = world(await jwksOf(one))
  await verifier.verify(await signed(one))

  for (let index = 0; index < 5; index++)
    await expect(verifier.verify(await signed(two))).toFailWith('unauthenticated')

  expect(state.fetched).toBe(1)
})

test('the last good keys outlive their source', async () => {
  const { state, verifier } = world(await jwksOf(one))
  await verifier.verify(await signed(one))
  state.answer = undefined
  state.now += 24 * 3_600_000

  expect(await verifier.verify(await signed(one))).toMatchObject({ iss: issuer })
  expect(await verifier.verify(await signed(one))).toMatchObject({ iss: issuer })
})

test('a key that was withdrawn stops working after the age limit', async () => {
  const { state, keys, verifier } = world(await jwksOf(one, two))
  await verifier.verify(await signed(two))
  state.answer = await jwksOf(one)
  state.now += 600_000
  // The first look after the limit refreshes beside the answer, so that nobody waits for it.
  await keys.ensure()
  while (state.fetched < 2) await Promise.resolve()
  await verifier.verify(await signed(one))

  await expect(verifier.verify(await signed(two))).toFailWith('unauthenticated')
})

test('as long as no key was ever known the answer is "unavailable", not "unauthenticated"', async () => {
  const { state, keys, verifier } = world(await jwksOf(one))
  state.answer = undefined

  await expect(verifier.verify(await signed(one))).toFailWith(
    'unavailable',
    'cp/.well-known/jwks.json',
  )
  await expect(keys.ensure()).toFailWith('unavailable')
})

test('a token that names no key, or an algorithm of its own, is refused', async () => {
  const { verifier } = world(await jwksOf(one))
  const [, payload] = (await signed(one)).split('.')
  const header = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

  await expect(verifier.verify(`${header({ alg: 'none' })}.${payload}.`)).toFailWith(
    'unauthenticated',
  )
  await expect(
    verifier.verify(`${header({ alg: 'HS256', kid: 'one' })}.${payload}.AAAA`),
  ).toFailWith('unauthenticated')
})
