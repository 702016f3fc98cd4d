import { expect, test } from '@jest/globals'

import { hasPairs, matchesAny } from './patterns.ts'

test.each([
  ['shop', 'shop', true],
  ['shop', 'shopping', false],
  ['shop*', 'shopping', true],
  ['*ing', 'shopping', true],
  ['s*p*g', 'shopping', true],
  ['sh*hopping', 'shopping', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['v1.*, main', 'main', true],
  ['v1.*', 'v2.0', false],
  ['.*', 'x', false],
])('%s and %s: %p', (patterns, text, expected) => {
  expect(matchesAny(patterns, text)).toBe(expected)
})

test('a pattern of stars takes no time', () => {
  expect(matchesAny(`${'*a'.repeat(2000)}b`, 'a'.repeat(100_000))).toBe(false)
})

test('all pairs have to be there, values may have an equals sign', () => {
  expect(hasPairs('a=1, b=x=y', { a: '1', b: 'x=y', c: '3' })).toBe(true)
  expect(hasPairs('a=1,b=2', { a: '1' })).toBe(false)
  expect(hasPairs('__proto__=x', {})).toBe(false)
})
