import { randomBytes } from 'node:crypto'

import { describeKey, isSignedBy } from '@chainloop/attestation/verify/public-key'
import { expect, test } from '@jest/globals'

import { openVaultKey } from './vault.ts'

/* Against a transit engine, its token for a user name: `http://TOKEN@127.0.0.1:8200`. */
const given = process.env['TEST_VAULT_URL']
const maybe = given ? test : test.skip
const { origin = '', username = '' } = given ? new URL(given) : {}
const env = { VAULT_ADDR: origin, VAULT_TOKEN: username }

async function ask(path: string, body: object): Promise<void> {
  const response = await fetch(`${origin}/v1/transit/${path}`, {
    method: 'POST',
    headers: { 'x-vault-token': username },
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
}

maybe.each([
  ['ecdsa-p256', 'ECDSA P-256'],
  ['ecdsa-p384', 'ECDSA P-384'],
  ['ecdsa-p521', 'ECDSA P-521'],
  ['rsa-2048', 'RSA 2048'],
  ['rsa-4096', 'RSA 4096'],
  ['ed25519', 'Ed25519'],
])('a key of type %s signs, after a rotation with its new version', async (type, algorithm) => {
  const name = `${type}-${randomBytes(4).toString('hex')}`
  const bytes = randomBytes(100)
  await ask(`keys/${name}`, { type })
  const first = await openVaultKey(`hashivault://${name}`, { fetch, env })
  await ask(`keys/${name}/rotate`, {})
  const second = await openVaultKey(`hashivault://${name}`, { fetch, env })

  expect(describeKey(second.publicKey).algorithm).toBe(algorithm)
  expect(second.publicKey.equals(first.publicKey)).toBe(false)
  for (const key of [first, second]) {
    expect(isSignedBy(key.publicKey, bytes, await key.sign(bytes))).toBe(true)
  }
})

maybe('a key that is not there, and a token that is not good, are refused', async () => {
  const opening = (token: string) =>
    openVaultKey('hashivault://nobody', { fetch, env: { ...env, VAULT_TOKEN: token } })

  await expect(opening(username)).rejects.toMatchObject({ name: 'KeyUnavailable' })
  await expect(opening('wrong')).rejects.toThrow(/status 403/)
})
