import { expect, test } from '@jest/globals'

import { moment } from './moment.ts'

const from = new Date('2026-11-23T12:00:00Z')

test.each([
  ['90s', 'past', '2026-11-23T11:58:30.000Z'],
  ['2h', 'future', '2026-11-23T14:00:00.000Z'],
  ['90d', 'past', '2026-08-25T12:00:00.000Z'],
  ['1w', 'future', '2026-11-30T12:00:00.000Z'],
  ['2027-01-31', 'future', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T12:00:00+01:00', 'past', '2027-01-31T11:00:00.000Z'],
] as const)('%s in the %s is %s', (typed, towards, expected) => {
  expect(moment('since', typed, { from, towards }).toISOString()).toBe(expected)
})

test.each(['', 'yesterday', '5', 'd', '-3d', '2026-13-01', '12:00'])('%j is refused', (typed) => {
  expect(() => moment('since', typed, { from, towards: 'past' })).toThrow(/--since must be like/)
})
