import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { nameFrom, nameMetadata } from './names.ts'

const KEY = 'filename-utf8'

test('plain names are written as they are, as in existing data', () => {
  expect(nameMetadata('sbom.cyclonedx.json', KEY)).toEqual({ filename: 'sbom.cyclonedx.json' })
})

test('any name comes back, and its metadata fits into headers', () => {
  const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 120 })
  fc.assert(
    fc.property(names, (name) => {
      const metadata = nameMetadata(name, KEY)
      for (const value of Object.values(metadata)) expect(value).toMatch(/^[\x20-\x7e]+$/)
      expect(nameFrom(metadata, KEY)).toBe(name.toWellFormed())
    }),
  )
})

test('very long names are cut between characters', () => {
  const found = nameFrom(nameMetadata('☃'.repeat(1000), KEY), KEY) ?? ''

  expect(found).toMatch(/^☃{100,}$/)
})

test.each([
  ['raw UTF-8, read as Latin-1', Buffer.from('ümläut.txt').toString('latin1')],
  ['base64 words', `=?UTF-8?B?${Buffer.from('ümläut.txt').toString('base64')}?=`],
  ['quoted words', '=?utf-8?Q?=C3=BCml=C3=A4ut.txt?='],
])('names that others wrote as %s are read', (_title, filename) => {
  expect(nameFrom({ Filename: filename }, KEY)).toBe('ümläut.txt')
})
