import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { RegoError } from '../errors.ts'
import { parseModule } from './parse-module.ts'

function parses(text: string): boolean {
  try {
    parseModule({ file: 'fuzz.rego', text, version: 'v1' })
    return true
  } catch (error) {
    if (error instanceof RegoError && error.code === 'rego_parse_error') return false
    throw error
  }
}

const words = [
  'package', 'import', 'default', 'if', 'else', 'contains', 'some', 'every', 'in', 'not', 'with', 'as',
  'true', 'null', 'set()', 'x', 'data.a', 'input', '_', ':=', '=', '==', '{', '}', '[', ']', '(', ')',
  '.', ',', ';', ':', '|', '&', '+', '-', '*', '1', '1.5e3', '"s"', '`r`', '$"{x}"', '$"', '#', '\n',
  '# METADATA\n# title: x\n', '"', '`', '\\', '\u0000', 'é', '\ud800',
] // prettier-ignore

test('any text parses or is refused with a parse error', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200, unit: 'binary' }),
      (text) => typeof parses(text) === 'boolean',
    ),
  )
})

test('any sequence of tokens parses or is refused with a parse error', () => {
  const source = fc.array(fc.constantFrom(...words), { maxLength: 60 })

  fc.assert(
    fc.property(source, fc.constantFrom('', ' '), (tokens, separator) => {
      return typeof parses(`package t\n${tokens.join(separator)}`) === 'boolean'
    }),
    { numRuns: 2000 },
  )
})

test('ambiguous brackets take no more than a bounded effort', () => {
  const started = performance.now()

  expect(parses(`package t\np := ${'{a | '.repeat(400)}`)).toBe(false)
  expect(parses(`package t\np := ${'[[a | b, '.repeat(200)}`)).toBe(false)
  expect(performance.now() - started).toBeLessThan(20_000)
})
