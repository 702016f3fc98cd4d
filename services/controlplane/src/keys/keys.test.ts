import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { open, seal } from '@chainloop/kit/secrets/seal'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { AUDIENCE, createTokens } from '../auth/tokens.ts'
import { readConfig } from '../config.ts'
import { privateKey } from './private-key.ts'
import { loadSealingKeys } from './sealing-keys.ts'
import { signingSettings } from './signing-settings.ts'
import { loadTokenKeys } from './token-keys.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chainloop-keys-'))
})

afterEach(() => rm(dataDir, { recursive: true, force: true }))

const pem = (key: KeyObject): string =>
  key.type === 'private'
    ? key.export({ type: 'pkcs8', format: 'pem' }).toString()
    : key.export({ type: 'spki', format: 'pem' }).toString()

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('keys are made once, for nobody else to read, and leave nothing half-written', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => loadTokenKeys({ dataDir })))
  await loadSealingKeys({ dataDir })

  const modes = await Promise.all(
    ['keys', 'keys/token.pem', 'keys/sealing.key'].map(
      async (name) => (await stat(join(dataDir, name))).mode & 0o777,
    ),
  )
  expect(new Set(made.map(({ kid }) => kid)).size).toBe(1)
  expect(modes).toEqual([0o700, 0o600, 0o600])
  expect((await readdir(join(dataDir, 'keys'))).toSorted()).toEqual(['sealing.key', 'token.pem'])
})

test('a key that others can read is not used', async () => {
  await loadTokenKeys({ dataDir })
  await chmod(join(dataDir, 'keys', 'token.pem'), 0o644)

  await expect(loadTokenKeys({ dataDir })).rejects.toThrow(/0600/)
})

test.each([
  ['an RSA key', () => pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
  ['a P-384 key', () => pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
  ['a public key', () => pem(p256().publicKey)],
  ['no key', () => 'nothing'],
])('%s does not sign tokens', async (_what, text) => {
  await expect(privateKey({ pem: text() })).rejects.toThrow(/P-256|PEM|DECODER|key/i)
})

test('a damaged key file stops the start instead of making a new key', async () => {
  await loadTokenKeys({ dataDir })
  await writeFile(join(dataDir, 'keys', 'token.pem'), '')

  await expect(loadTokenKeys({ dataDir })).rejects.toThrow(/PEM|DECODER|key/i)
})

test('without a key and without a place to keep one there is no start', async () => {
  await expect(loadTokenKeys({})).rejects.toThrow(/CHAINLOOP_TOKEN_KEY/)
  await expect(loadSealingKeys({})).rejects.toThrow(/CHAINLOOP_SEALING_KEY/)
})

test('in a rotation the tokens of the previous key stay good, and the next one is published', async () => {
  const [old, current, next] = [p256(), p256(), p256()]
  const before = createTokens(await loadTokenKeys({ tokenKey: pem(old.privateKey) }), 'test')
  const issued = await before.sign({ jti: 'x' }, { audience: AUDIENCE.run, expiresInSeconds: 60 })

  const keys = await loadTokenKeys({
    tokenKey: pem(current.privateKey),
    tokenPublicKeys: `${pem(old.publicKey)}${pem(next.publicKey)}${pem(current.publicKey)}`,
  })
  const after = createTokens(keys, 'test')

  expect((await after.verify(issued, AUDIENCE.run)).jti).toBe('x')
  expect(keys.jwks.keys).toHaveLength(3)
  expect(keys.jwks.keys[0]?.kid).toBe(keys.kid)
  const withdrawn = createTokens(await loadTokenKeys({ tokenKey: pem(current.privateKey) }), 'test')
  await expect(withdrawn.verify(issued, AUDIENCE.run)).rejects.toThrow(/not valid here/)
})

test('the published keys are public', async () => {
  const { key, jwks } = await loadTokenKeys({ dataDir })

  expect(jwks.keys).toEqual([
    expect.objectContaining({
      kty: 'EC',
      crv: 'P-256',
      x: createPublicKey(key).export({ format: 'jwk' }).x,
    }),
  ])
  expect(Object.keys(jwks.keys[0] ?? {})).not.toContain('d')
})

test('what an older sealing key sealed is opened after the key was replaced', async () => {
  const [a, b] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')]
  const [old] = await loadSealingKeys({ sealingKey: a })
  const sealed = seal(old, Buffer.from('secret'), 'place')

  const keys = await loadSealingKeys({ sealingKey: `${b}, ${a}` })

  expect(Buffer.from(open(keys, sealed, 'place')).toString()).toBe('secret')
  await expect(loadSealingKeys({ sealingKey: 'c2hvcnQ=' })).rejects.toThrow(/32 bytes/)
})

test('an authority is given with its chain and its key, not with one of them', () => {
  const settings = readConfig({ CHAINLOOP_JOB_CA_KEY: 'pem' })

  expect(() => signingSettings(settings)).toThrow(/chain and its key/)
})
