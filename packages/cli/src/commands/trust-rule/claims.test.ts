import { expect, test } from '@jest/globals'

import { readClaims } from './claims.ts'

test('claims are read as name and value', () => {
  expect(readClaims(['repository_owner_id=4711', 'sub=a=b', '__proto__=x'])).toEqual(
    Object.fromEntries([
      ['repository_owner_id', '4711'],
      ['sub', 'a=b'],
      ['__proto__', 'x'],
    ]),
  )
})

test.each([[[]], [['repository']], [['=1']], [['sub=']], [['sub=a', 'sub=b']]])(
  'claims that say nothing, or two things, are refused: %j',
  (typed) => {
    expect(() => readClaims(typed)).toThrow(/--claim/)
  },
)
