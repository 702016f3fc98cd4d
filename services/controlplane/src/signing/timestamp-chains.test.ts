import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { expect, test } from '@jest/globals'

import { generateAuthority } from './authority.ts'
import { TEST_INSTANCE, testSigning } from './testing/signings.ts'
import { readTimestampChains } from './timestamp-chains.ts'

async function pems(): Promise<string[]> {
  const instance = { url: TEST_INSTANCE, now: new Date() }
  const { chain } = await generateAuthority('timestamp-authority', instance)
  return chain.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n?/g) ?? []
}

test('several chains are told apart by where an authority for timestamps begins', async () => {
  const [one, other] = [await pems(), await pems()]

  const chains = readTimestampChains([...one, ...other].join(''))

  expect(chains.map(({ length }) => length)).toEqual([2, 2])
  expect(readTimestampChains('')).toEqual([])
})

test('who trusts this instance trusts the further authorities, too', async () => {
  const further = [await pems(), await pems()].flat().join('')
  const { trust } = await testSigning(undefined, further)

  for (const root of [trust.attestations, trust.provenance]) {
    expect(parseTrustRoot(root).root.timestampAuthorities).toHaveLength(3)
  }
})

test.each<[string, (one: string[], other: string[]) => string]>([
  ['a root alone', ([, root = '']) => root],
  ['a leaf alone', ([leaf = '']) => leaf],
  ['the root of another', ([leaf = ''], [, root = '']) => leaf + root],
  ['text', () => 'hello'],
])('%s is no chain', async (_what, make) => {
  const text = make(await pems(), await pems())

  expect(() => readTimestampChains(text)).toThrow(/CHAINLOOP_TSA_TRUSTED_CHAINS/)
})
