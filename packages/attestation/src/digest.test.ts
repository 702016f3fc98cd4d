import { expect, test } from '@jest/globals'

import { hexOf, isDigest, parseDigest, sha256 } from './digest.ts'

const hex = 'ab'.repeat(32)

test('a digest is read with and without its prefix', () => {
  expect(parseDigest(hex)).toBe(`sha256:${hex}`)
  expect(parseDigest(`sha256:${hex}`)).toBe(`sha256:${hex}`)
  expect(hexOf(parseDigest(hex))).toBe(hex)
})

test.each(['', 'sha256:', hex.toUpperCase(), `${hex}0`, `sha512:${hex}`, ` ${hex}`, `${hex}\n`])(
  '%j is not a digest',
  (text) => {
    expect(() => parseDigest(text)).toThrow('not a SHA-256 digest')
    expect(isDigest(text)).toBe(false)
  },
)

test('bytes are digested', () => {
  expect(sha256(new Uint8Array())).toBe(
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
})
