import { expect, test } from '@jest/globals'

import { exactly, instant, materialCase } from './material.ts'

const none = { publicKey: undefined, certificateChain: undefined, fulcioRoot: undefined }

test('one of the three is given', () => {
  expect(materialCase({ ...none, publicKey: 'a.pub' })).toEqual({
    case: 'publicKey',
    place: 'a.pub',
  })
  expect(materialCase({ ...none, fulcioRoot: 'r' }).case).toBe('fulcioRoot')
  expect(() => materialCase(none)).toThrow(/give one of/)
  expect(() => materialCase({ ...none, publicKey: 'a', fulcioRoot: 'b' })).toThrow(/give one of/)
})

test('an exact name is a pattern for itself and nothing else', () => {
  const name = 'https://acme.example/(web|api)+?$^[x]{2}\\*'

  expect(new RegExp(`^${exactly(name)}$`).test(name)).toBe(true)
  expect(new RegExp(`^${exactly('a.b')}$`).test('axb')).toBe(false)
})

test.each([
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
  ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
])('%s is an instant', (typed, iso) => {
  expect(instant('not-after', typed)?.toISOString()).toBe(iso)
})

test.each(['', '1', 'tomorrow', '2027-13-01', '31.1.2027'])('%j is none', (typed) => {
  expect(() => instant('not-after', typed)).toThrow('--not-after must be')
})
