import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { parseJson, parseJsonText } from './parse-json.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('every JSON document reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!text.includes('__proto__'))
      expect(parseJson(bytes(text))).toEqual(JSON.parse(text))
    }),
  )
})

const verdict = (parse: (text: string) => unknown, text: string): string => {
  try {
    parse(text)
    return 'accepted'
  } catch {
    return 'refused'
  }
}

test('nothing is accepted that JSON.parse refuses', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[[\]{}",:0-9.eE+\- truefalsn\\]{0,12}$/))
  fc.assert(
    fc.property(text, (candidate) => {
      fc.pre(verdict(JSON.parse, candidate) === 'refused')
      expect(verdict(parseJsonText, candidate)).toBe('refused')
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['', 'line 1, column 1: expected a value, found the end of the document'],
  ['{"a": 1, "a": 2}', 'line 1, column 10: duplicate key "a"'],
  ['{"a": 1, "\\u0061": 2}', 'line 1, column 10: duplicate key "a"'],
  ['{\n "__proto__": {}}', 'line 2, column 2: the key "__proto__" is refused'],
  ['[1 2]', 'line 1, column 4: expected ",", found "2"'],
  ['{"a" 1}', 'line 1, column 6: expected ":", found "1"'],
  ['{a: 1}', 'line 1, column 2: expected a key, found "a"'],
  ['"abc', 'line 1, column 5: the document ends inside a string'],
  ['"a\u0000"', 'line 1, column 3: control character in a string'],
  ['"\\x"', 'line 1, column 2: invalid escape in a string'],
  ['1 2', 'line 1, column 3: unexpected "2" after the document'],
  ['\u0000', 'line 1, column 1: expected a value, found "\\u0000"'],
])('%j is refused at its place', (text, message) => {
  expect(() => parseJsonText(text)).toThrow(message)
})

test('bytes that are not UTF-8 are refused at their place', () => {
  expect(() => parseJson(Buffer.concat([bytes('{\n"a": "'), Buffer.of(0xff)]))).toThrow(
    'line 2, column 7: invalid UTF-8',
  )
})

test('a million opening brackets are refused without exhausting the stack', () => {
  expect(() => parseJsonText('['.repeat(1_000_000))).toThrow('nested deeper than 256 levels')
  expect(() => parseJsonText('{"a":'.repeat(1_000_000))).toThrow('nested deeper than 256 levels')
})

test('very long strings and runs of spaces are read', () => {
  const long = 'x'.repeat(20_000_000)

  expect(parseJsonText(`${' '.repeat(20_000_000)}"${long}"`)).toBe(long)
})

test('a byte order mark is skipped', () => {
  expect(parseJson(bytes('\ufeff[]'))).toEqual([])
})
