import { fail } from './source.ts'
import type { Lexer } from './source.ts'

const escapes: Readonly<Record<string, string>> = {
  '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t',
} // prettier-ignore

/** Reads `"…"` with the escapes of JSON. */
export function readQuoted(lexer: Lexer): string {
  const start = lexer.at
  lexer.at += 1
  let content = ''
  for (;;) {
    const char = lexer.text[lexer.at]
    if (char === undefined || char === '\n') throw fail(lexer, 'non-terminated string', start)
    lexer.at += 1
    if (char === '"') return content
    content += char === '\\' ? readEscape(lexer) : char
  }
}

/** The lexer stands behind the backslash. */
export function readEscape(lexer: Lexer): string {
  const char = lexer.text[lexer.at] ?? ''
  lexer.at += 1
  if (char === 'u') return readUnicode(lexer)
  const meaning = escapes[char]
  if (meaning === undefined) throw fail(lexer, 'illegal escape sequence in string')
  return meaning
}

function readUnicode(lexer: Lexer): string {
  const digits = lexer.text.slice(lexer.at, lexer.at + 4)
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw fail(lexer, 'illegal unicode escape in string')
  lexer.at += 4
  return String.fromCharCode(Number.parseInt(digits, 16))
}

/** Reads between backticks: nothing is special. */
export function readRaw(lexer: Lexer): string {
  const end = lexer.text.indexOf('`', lexer.at + 1)
  if (end < 0) throw fail(lexer, 'non-terminated string')
  const content = lexer.text.slice(lexer.at + 1, end)
  lexer.at = end + 1
  return content
}
