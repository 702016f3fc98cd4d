import { expect, test } from '@jest/globals'

import { byteCount, shownBytes } from './byte-count.ts'

test.each([
  ['0', 0],
  ['4096', 4096],
  ['100MB', 100_000_000],
  ['1GB', 1_000_000_000],
  ['10 MiB', 10_485_760],
  ['1.5gib', 1_610_612_736],
])('%s is a number of bytes', (text, bytes) => {
  expect(byteCount('--max-bytes', text)).toBe(bytes)
})

test.each(['', 'much', '-1', '1 XB', '1e9', '9999999TiB'])('%j is no size', (text) => {
  expect(() => byteCount('--max-bytes', text)).toThrow('--max-bytes must be a size')
})

test('sizes are shown as people read them', () => {
  expect([0, 1023, 1024, 1536, 10 * 2 ** 20].map(shownBytes)).toEqual([
    '0 bytes',
    '1023 bytes',
    '1 KiB',
    '1.5 KiB',
    '10 MiB',
  ])
})
