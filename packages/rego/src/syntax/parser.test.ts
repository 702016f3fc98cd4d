import { expect, test } from '@jest/globals'

import { RegoError } from '../errors.ts'
import type { Version } from './ast.ts'
import { parseModule, parseQuery } from './parse-module.ts'

function parse(text: string, version: Version = 'v1'): string {
  try {
    return `${parseModule({ file: 'a.rego', text, version }).rules.length} rules`
  } catch (error) {
    if (error instanceof RegoError) return error.message
    throw error
  }
}

test.each([
  ['', 'a.rego:1:1: rego_parse_error: package expected'],
  ['package', 'a.rego:1:8: rego_parse_error: unexpected eof token: expected path'],
  ['package foo.', 'a.rego:1:13: rego_parse_error: unexpected eof token: expected ident'],
  ['package t\np := [1,', 'a.rego:2:9: rego_parse_error: unexpected eof token'],
  ['package t\np := "abc', 'a.rego:2:6: rego_parse_error: non-terminated string'],
  ['package t\np := "\\q"', 'a.rego:2:9: rego_parse_error: illegal escape sequence in string'],
  ['package t\np := 01', 'a.rego:2:7: rego_parse_error: illegal number format'],
  [
    'package t\np { true }',
    'a.rego:2:1: rego_parse_error: `if` keyword is required before rule body',
  ],
  [
    'package t\np[x]',
    'a.rego:2:1: rego_parse_error: `contains` keyword is required for partial set rules',
  ],
  [
    'package t\np',
    'a.rego:2:1: rego_parse_error: rule p must have value assignment and/or body declaration',
  ],
  ['package t\np if {}', 'a.rego:2:7: rego_parse_error: found empty body'],
  ['package t\np := 1 q := 2', 'a.rego:2:8: rego_parse_error: unexpected identifier token'],
  [
    'package t\np if { a b }',
    'a.rego:2:10: rego_parse_error: unexpected identifier token: expected \\n or ; or }',
  ],
  [
    'package t\nimport foo',
    'a.rego:2:8: rego_parse_error: unexpected import path, must begin with one of: {data, future, input, rego}, got: foo',
  ],
  [
    'package t\ndefault p := x',
    'a.rego:2:9: rego_parse_error: illegal default rule (value cannot contain var, ref or call)',
  ],
  ['package t\np := $"{"', 'a.rego:2:9: rego_parse_error: non-terminated string'],
  ['package t\np := $"{}"', 'a.rego:2:8: rego_parse_error: template expression is empty'],
  ['package t\np if §', 'a.rego:2:6: rego_parse_error: illegal token "§"'],
])('%j is refused with its place', (text, message) => {
  expect(parse(text)).toBe(message)
})

test('the old language has rules without if and sets in brackets', () => {
  const text =
    'package t\np { true } { false }\nq[x] { x := 1 }\nr = 1 { true } else = 2 { true }\ncontains := 1'

  expect(parse(text, 'v0')).toBe('5 rules')
  expect(parse(text)).toMatch('`if` keyword is required')
})

test('an old module may import the new language, or some of its words', () => {
  expect(parse('package t\nimport rego.v1\np if true', 'v0')).toBe('1 rules')
  expect(parse('package t\nimport rego.v1\np { true }', 'v0')).toMatch('`if` keyword is required')
  expect(
    parse('package t\nimport future.keywords.if\np if true\ncontains[x] { x := 1 }', 'v0'),
  ).toBe('2 rules')
})

test('braces after if may hold an object', () => {
  expect(parse('package t\np if {"a": 1}\nq if {x | x := 1}\nr if { true }')).toBe('3 rules')
})

test('brackets hold a comprehension if they can, else a union', () => {
  expect(parse('package t\np := [a | b]\nq := {a | b, c}')).toBe('2 rules')
})

test('sources that nest without end are refused', () => {
  for (const open of ['[', '{', '(', '{x:', 'f(', '$"{']) {
    expect(parse(`package t\np := ${open.repeat(20_000)}`)).toMatch(/rego_parse_error/)
  }
})

test('a query is a body on one or several lines', () => {
  expect(parseQuery({ file: 'q', text: 'x := 1; y := x\nz := y', version: 'v1' })).toHaveLength(3)
})
