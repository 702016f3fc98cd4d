import { generateKeyPairSync } from 'node:crypto'

import { test } from '@jest/globals'
import { exportJWK } from 'jose'

import { expect } from './testing/matchers.ts'
import { tokenSigner, tokenVerifier } from './tokens.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] }
const signer = tokenSigner({ key: pair.privateKey, kid: 'one', issuer: 'https://cp.example' })
const verifier = tokenVerifier({ keys: { jwks }, issuer: 'https://cp.example', audience: 'cas' })

test('a token tells its claims to the audience it was signed for', async () => {
  const token = await signer.sign({ org_id: 'o1' }, { audience: 'cas', expiresInSeconds: 30 })

  expect(await verifier.verify(token)).toMatchObject({
    org_id: 'o1',
    aud: 'cas',
    jti: expect.any(String),
  })
})

test('expired, foreign and mangled tokens are refused', async () => {
  const expired = await signer.sign({}, { audience: 'cas', expiresInSeconds: -60 })
  const foreign = await signer.sign({}, { audience: 'api', expiresInSeconds: 30 })
  const good = await signer.sign({}, { audience: 'cas', expiresInSeconds: 30 })

  await expect(verifier.verify(expired)).toFailWith('unauthenticated', 'expired')
  await expect(verifier.verify(foreign)).toFailWith('unauthenticated', 'not valid here')
  await expect(verifier.verify(`${good.slice(0, -4)}AAAA`)).toFailWith('unauthenticated')
  await expect(verifier.verify('')).toFailWith('unauthenticated')
  await expect(verifier.verify('a.b.c')).toFailWith('unauthenticated')
})
