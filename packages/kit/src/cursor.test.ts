import { test } from '@jest/globals'

import { decodeCursor, encodeCursor } from './cursor.ts'
import { expect } from './testing/matchers.ts'

test('a cursor gives back the key it was made from', () => {
  const key = ['2026-11-23 02:31:19.123456+00', 'a "quoted" id']

  expect(decodeCursor(encodeCursor(key), 2)).toEqual(key)
})

test.each([
  '',
  'x',
  encodeCursor(['one']),
  Buffer.from('{"a":1}').toString('base64url'),
  Buffer.from('[1,2]').toString('base64url'),
])('what is not a cursor of this list is refused: %j', async (cursor) => {
  await expect(() => decodeCursor(cursor, 2)).toFailWith('invalid')
})
