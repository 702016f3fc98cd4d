import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { addFloats, divideFloats, multiplyFloats } from './big-float.ts'
import { compare, equals } from './compare.ts'
import { formatValue } from './format.ts'
import { fromJson, stringify, toJson } from './json.ts'
import { numberText, parseNumber } from './number.ts'
import type { RegoNumber } from './number.ts'
import { RegoObject } from './object.ts'
import { parseJson } from './parse-json.ts'
import { RegoSet } from './set.ts'

function number(text: string): RegoNumber {
  const value = parseNumber(text)
  if (value === undefined) throw new Error(`${text} is no number`)
  return value
}

test.each([
  ['1.0', '1'],
  ['-0', '0'],
  ['1e3', '1000'],
  ['0.10', '0.1'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['0.1234567890123456789', '0.1234567890123456789'],
  ['1e-10', '1e-10'],
])('the number %s is shown as %s', (text, shown) => {
  expect(numberText(number(text))).toBe(shown)
})

test('exponents that would fill the memory are refused', () => {
  expect(parseNumber('1e1000000000')).toBeUndefined()
})

test('fractions are computed with 64 bits', () => {
  const text = (value: RegoNumber): string => numberText(value)

  expect(text(addFloats(number('0.1'), number('0.2')))).toBe('0.3')
  expect(text(divideFloats(1, 3))).toBe('0.33333333333333333334')
  expect(text(multiplyFloats(number('1.5'), number('1e30')))).toBe(
    '1500000000000000000000000000000',
  )
})

test('sums of doubles are as close as doubles can show', () => {
  const double = fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e9, max: 1e9 })

  fc.assert(
    fc.property(double, double, (a, b) => {
      const sum = Number(numberText(addFloats(number(String(a)), number(String(b)))))
      return Math.abs(sum - (a + b)) <= 1e-6
    }),
  )
})

test('values have one order: null, booleans, numbers, strings, arrays, objects, sets', () => {
  const ordered = [
    null,
    false,
    true,
    -1,
    0.5,
    1,
    10n ** 30n,
    '',
    'a',
    [],
    [1],
    RegoObject.empty,
    RegoSet.empty,
  ]
  const shuffled = ordered.toReversed().toSorted(compare)

  expect(shuffled.map(formatValue)).toEqual(ordered.map(formatValue))
})

test('collections are equal by what is in them', () => {
  const a = RegoObject.from([['x', RegoSet.from([1, [2]])]]) // prettier-ignore
  const b = RegoObject.from([['x', RegoSet.from([[2], 1])]]) // prettier-ignore

  expect(equals(a, b)).toBe(true)
  expect(RegoSet.from([a, b]).size).toBe(1)
  expect(RegoSet.from([1, '1', '\u0000:[1]', [1]]).size).toBe(4)
})

test('JSON survives a round trip', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) =>
      equals(parseJson(JSON.stringify(json)), fromJson(JSON.parse(JSON.stringify(json)))),
    ),
  )
})

test('JSON numbers keep their digits', () => {
  const text = '{"a":123456789012345678901234567890.5,"b":[1e2]}'

  expect(equals(parseJson(stringify(parseJson(text))), parseJson(text))).toBe(true)
  expect(stringify(parseJson('[123456789012345678901234567890, 0.12345678901234567890]'))).toBe(
    '[123456789012345678901234567890,0.1234567890123456789]',
  )
})

test('the last of duplicate keys counts', () => {
  expect(stringify(parseJson('{"a": 1, "a": 12345678901234567890}'))).toBe(
    '{"a":12345678901234567890}',
  )
})

test.each([
  '',
  '{',
  '[1,]',
  '{"a" 1}',
  '01',
  '"\u0001"',
  'nul',
  '1 2',
  '1e',
  '12345678901234567890 x',
])('%j is not JSON', (text) => {
  expect(() => parseJson(text)).toThrow('eval_type_error')
})

test('JSON that nests without end is refused', () => {
  expect(() => parseJson('[1234567890123456789,'.repeat(100_000))).toThrow(
    /nested too deeply|eval_type_error/,
  )
})

test('what has no JSON form is refused', () => {
  expect(() => fromJson(NaN)).toThrow('NaN has no JSON form')
  expect(() => fromJson(() => 1)).toThrow('function has no JSON form')
})

test('keys that are no strings are texts in JSON', () => {
  const object = RegoObject.from([[[1], RegoSet.from(['b', 'a'])]]) // prettier-ignore

  expect(toJson(object)).toEqual({ '[1]': ['a', 'b'] })
  expect(formatValue(object)).toBe('{[1]: {"a", "b"}}')
})
