import { RE2JS } from 're2js'

import { typeName } from '../values/compare.ts'
import { keyText } from '../values/json.ts'
import type { Value } from '../values/value.ts'
import { badOperand, fail, mustBe, stringAt } from './operands.ts'
import { compileRegex } from './regex.ts'
import { define, lenient } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

/** Without delimiters `*` crosses everything; an empty list means the dot. */
function separatorsOf(value: Value | undefined): string {
  if (value === null || value === undefined) return ''
  if (!Array.isArray(value)) throw mustBe(2, ['null', 'array'], typeName(value))
  const separators = value.map(keyText)
  if (separators.some((separator) => Array.from(separator).length !== 1)) {
    throw badOperand(2, 'must be array of runes but got array containing string')
  }
  return separators.length === 0 ? '.' : separators.join('')
}

const match: BuiltinFunction = (args) => {
  const pattern = translate(stringAt(args, 0), separatorsOf(args[1]))
  return compileRegex(`^(?s:${pattern})$`).matcher(stringAt(args, 2)).find()
}

type Reader = {
  readonly glob: readonly string[]
  readonly notSeparator: string
  at: number
  depth: number
}

/** `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}` and `\` to escape. */
function translate(glob: string, separators: string): string {
  const notSeparator = separators ? `[^${escapeClass(separators)}]` : '.'
  const reader = { glob: Array.from(glob), notSeparator, at: 0, depth: 0 }
  let pattern = ''
  while (reader.at < reader.glob.length) pattern += translateNext(reader)
  if (reader.depth > 0) throw fail('unclosed alternatives in glob')
  return pattern
}

function escapeClass(chars: string): string {
  return chars.replace(/[\\\]^-]/g, '\\$&')
}

function translateNext(reader: Reader): string {
  const char = reader.glob[reader.at++] ?? ''
  switch (char) {
    case '*':
      if (reader.glob[reader.at] !== '*') return `${reader.notSeparator}*`
      reader.at += 1
      return '.*'
    case '?':
      return reader.notSeparator
    case '[':
      return translateClass(reader)
    case '\\':
      return RE2JS.quote(reader.glob[reader.at++] ?? '\\')
    default:
      return translateAlternatives(char, reader)
  }
}

function translateAlternatives(char: string, reader: Reader): string {
  if (char === '{') {
    reader.depth += 1
    return '(?:'
  }
  if (reader.depth > 0 && char === ',') return '|'
  if (reader.depth > 0 && char === '}') {
    reader.depth -= 1
    return ')'
  }
  return RE2JS.quote(char)
}

function translateClass(reader: Reader): string {
  const end = reader.glob.indexOf(']', reader.at)
  if (end < 0) throw fail('unclosed character class in glob')
  const content = reader.glob.slice(reader.at, end)
  reader.at = end + 1
  const negated = content[0] === '!' || content[0] === '^'
  const chars = negated ? content.slice(1) : content
  const body = chars.map((char, i) =>
    char === '-' && i > 0 && i < chars.length - 1 ? '-' : escapeClass(char),
  )
  return `[${negated ? '^' : ''}${body.join('')}]`
}

export const glob: readonly Builtin[] = [
  lenient(
    define(
      'glob.match(string, null|array<string>, string) -> boolean',
      'Whether the text matches the glob; `*` stops at the delimiters.',
      match,
    ),
  ),
  define('glob.quote_meta(string) -> string', 'The glob that matches the text itself.', (args) =>
    stringAt(args, 0).replace(/[*?\\[\]{}]/g, '\\$&'),
  ),
]
