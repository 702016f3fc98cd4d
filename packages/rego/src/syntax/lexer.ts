import { fail, locate } from './source.ts'
import type { Lexer } from './source.ts'
import { readQuoted, readRaw } from './strings.ts'
import { readTemplate } from './template.ts'
import { symbols } from './token.ts'
import type { Token, TokenKind, Tokens } from './token.ts'

/** @throws RegoError `rego_parse_error` at the first character that starts no token. */
export function tokenize(text: string, file: string): Tokens {
  const lexer = { text, file, lineStarts: findLines(text), comments: [], at: 0, depth: 0 }
  const tokens = readTokens(lexer, () => false)
  return { tokens, comments: lexer.comments }
}

function findLines(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Reads up to the end of the text, or to a symbol where `stop` says so, which is not consumed. */
export function readTokens(lexer: Lexer, stop: (token: Token) => boolean): Token[] {
  const tokens: Token[] = []
  for (;;) {
    const before = lexer.at
    skipBlanks(lexer)
    const token = readToken(lexer, gapBefore(lexer, before))
    if (token.kind === 'end' || stop(token)) {
      tokens.push({ ...token, kind: 'end', text: '' })
      return tokens
    }
    tokens.push(token)
  }
}

function gapBefore({ text, at }: Lexer, before: number): Token['gap'] {
  if (at === before) return 'none'
  return text.slice(before, at).includes('\n') ? 'line' : 'space'
}

const blanks = /[ \t\r\n]+/y

function skipBlanks(lexer: Lexer): void {
  for (;;) {
    blanks.lastIndex = lexer.at
    if (blanks.test(lexer.text)) lexer.at = blanks.lastIndex
    if (lexer.text[lexer.at] !== '#') return
    const end = lexer.text.indexOf('\n', lexer.at)
    const stop = end < 0 ? lexer.text.length : end
    const { row, column } = locate(lexer, lexer.at)
    lexer.comments.push({ row, column, text: lexer.text.slice(lexer.at + 1, stop) })
    lexer.at = stop
  }
}

const name = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function readToken(lexer: Lexer, gap: Token['gap']): Token {
  const start = lexer.at
  const make = (kind: TokenKind, text: string, parts: Token['parts'] = []): Token => ({
    kind,
    text,
    parts,
    location: locate(lexer, start),
    offset: start,
    gap,
  })
  if (start >= lexer.text.length) return make('end', '')
  const word = match(lexer, name)
  if (word) return make('name', word)
  const digits = match(lexer, number)
  if (digits) return make('number', checkNumber(lexer, digits))
  const char = lexer.text[start]
  if (char === '"') return make('string', readQuoted(lexer))
  if (char === '`') return make('string', readRaw(lexer))
  if (char === '$') return make('template', '', readTemplate(lexer, readTokens))
  return make('symbol', readSymbol(lexer))
}

function match(lexer: Lexer, pattern: RegExp): string | undefined {
  pattern.lastIndex = lexer.at
  const found = pattern.exec(lexer.text)?.[0]
  if (found) lexer.at += found.length
  return found
}

function checkNumber(lexer: Lexer, digits: string): string {
  const next = lexer.text[lexer.at] ?? ''
  if (/[A-Za-z0-9_]/.test(next)) throw fail(lexer, 'illegal number format')
  return digits
}

function readSymbol(lexer: Lexer): string {
  const symbol = symbols.find((candidate) => lexer.text.startsWith(candidate, lexer.at))
  if (!symbol) {
    const char = String.fromCodePoint(lexer.text.codePointAt(lexer.at) ?? 0)
    throw fail(lexer, `illegal token ${JSON.stringify(char)}`)
  }
  lexer.at += symbol.length
  return symbol
}
