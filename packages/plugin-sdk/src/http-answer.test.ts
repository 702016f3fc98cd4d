import { expect, test } from '@jest/globals'

import { parseRetryAfter } from './http-answer.ts'

const now = Date.parse('2026-11-23T10:00:00Z')

test.each([
  ['120', 120_000],
  ['Mon, 23 Nov 2026 10:01:00 GMT', 60_000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', undefined],
  ['0', undefined],
  ['-5', undefined],
  ['soon', undefined],
  ['9999999999999', undefined],
  [null, undefined],
])('Retry-After %s', (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected)
})
