import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { createIssuerKeys, safeAddress } from './issuer-keys.ts'
import { startTestIssuer, type TestIssuer } from './testing/test-issuer.ts'

const header = { alg: 'RS256', kid: 'test-RS256' }

async function keysFrom(
  { url }: Pick<TestIssuer, 'url'>,
  allow: readonly string[],
): Promise<unknown> {
  await using keys = createIssuerKeys(allow)
  return await keys.of(url).get(header)
}

test('keys are found by discovery', async () => {
  await using issuer = await startTestIssuer()

  expect(await keysFrom(issuer, [issuer.host])).toBeDefined()
})

test.each<[string, (issuer: TestIssuer) => void]>([
  [
    'says that it is somebody else',
    ({ behaviour }) => (behaviour.issuer = 'https://other.example'),
  ],
  [
    'keeps its keys at a private address',
    ({ behaviour }) => (behaviour.keysAt = 'https://127.0.0.1:1/keys'),
  ],
  [
    'keeps its keys without https',
    ({ behaviour }) => (behaviour.keysAt = 'http://example.org/keys'),
  ],
  ['keeps its keys in a file', ({ behaviour }) => (behaviour.keysAt = 'file:///etc/passwd')],
  ['does not answer', ({ behaviour }) => (behaviour.down = true)],
])('an issuer that %s has no keys', async (_what, spoil) => {
  await using issuer = await startTestIssuer()
  spoil(issuer)

  await expect(keysFrom(issuer, [issuer.host])).toFailWith('unavailable')
})

test('an issuer on this machine has no keys unless the operator opened it', async () => {
  await using issuer = await startTestIssuer()

  await expect(keysFrom(issuer, [])).toFailWith('unavailable')
  expect(issuer.served()).toBe(0)
})

test.each<[string, boolean]>([
  ['https://token.example.org', true],
  ['http://token.example.org', false],
  ['http://issuer.internal:8080', true],
  ['http://issuer.internal', false],
  ['http://10.1.2.3', true],
  ['https://user:password@token.example.org', false],
  ['ftp://token.example.org', false],
  ['token.example.org', false],
])('%s is an address of keys: %j', (address, expected) => {
  expect(safeAddress(['issuer.internal:8080', '10.0.0.0/8'])(address)).toBe(expected)
})
