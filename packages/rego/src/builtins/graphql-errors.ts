import { GraphQLError } from 'graphql'

import type { RegoError } from '../errors.ts'
import { fail } from './operands.ts'

/** Says what the grammar expected in the words, and at the columns, that OPA gives. */
export function syntaxError(error: unknown, source: string): RegoError {
  if (!(error instanceof GraphQLError)) throw error
  const { line = 1, column = 1 } = error.locations?.[0] ?? {}
  const raw = error.message.replace(/^Syntax Error: /, '').replace(/\.$/, '')
  const before = source
    .split('\n')
    .slice(0, line - 1)
    .map((text) => text.length + 1)
  const offset = before.reduce((sum, length) => sum + length, column - 1)
  const message = reword(raw, offset, source)
  // A string is reported behind its opening quote.
  const shift = / String\b/.test(message) ? 1 : 0
  return located(message, line, column + shift)
}

export function located(message: string, line: number, column: number): RegoError {
  return fail(`${message} in GraphQL string at location ${line}:${column}`)
}

function reword(message: string, offset: number, source: string): string {
  if (message.startsWith('Unexpected variable')) return 'Unexpected $'
  if (message.startsWith('Unexpected description'))
    return `Unexpected String ${stringAt(source, offset)}`
  if (/^(Unterminated string|Invalid|Unexpected character)/.test(message))
    return 'Unexpected <Invalid>'
  const plain = message.replace(/"([^\w"\s]+)"/g, '$1')
  if (plain === 'Expected Name, found }' && /\{[\s,]*$/.test(source.slice(0, offset))) {
    return 'expected at least one definition, found }'
  }
  return /^Expected [^"]/.test(plain) ? plain.replace(/found (\w+) ".*"$/, 'found $1') : plain
}

function stringAt(source: string, offset: number): string {
  return /"(?:[^"\\]|\\.)*"/.exec(source.slice(offset))?.[0] ?? '""'
}
