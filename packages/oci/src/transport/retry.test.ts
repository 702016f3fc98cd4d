import { expect, test } from '@jest/globals'

import { retryAfterMs } from './retry.ts'

const now = Date.parse('2026-01-02T03:04:05Z')

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
  ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  ['99999999999999999999', undefined],
  [undefined, undefined],
])('Retry-After %j is a pause of %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})
