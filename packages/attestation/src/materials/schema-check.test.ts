import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { JsonValue } from '../json/json-value.ts'
import { areUnique, identity } from './schema-check.ts'

const small = fc.constantFrom('a', 'b', 1, 2, true, null)
const key = fc.constantFrom('x', 'y', 'z')
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    small,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value

test('items are unique when no two are the same', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (items) => {
      const texts = new Set(items.map((item) => identity(item)))
      expect(areUnique(items)).toBe(texts.size === items.length)
    }),
  )
})

test('the order of keys does not make objects different', () => {
  expect(
    areUnique([
      { x: 'a', y: 'b' },
      { y: 'b', x: 'a' },
    ]),
  ).toBe(false)
  expect(areUnique([{ x: 'a' }, { x: 'a', y: 'b' }, { y: 'b' }, {}, [], 'x=a'])).toBe(true)
})
