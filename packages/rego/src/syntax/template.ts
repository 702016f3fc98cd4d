import { fail } from './source.ts'
import type { Lexer } from './source.ts'
import { readEscape } from './strings.ts'
import type { Token } from './token.ts'

type ReadTokens = (lexer: Lexer, stop: (token: Token) => boolean) => Token[]

const maxNesting = 100

/** Reads `$"…{expression}…"`, or the same between backticks, where only `\{` is an escape. */
export function readTemplate(lexer: Lexer, readTokens: ReadTokens): Token['parts'] {
  const start = lexer.at
  const quote = lexer.text[start + 1] ?? ''
  if (quote !== '"' && quote !== '`') throw fail(lexer, 'illegal token "$"')
  lexer.at += 2
  lexer.depth += 1
  if (lexer.depth > maxNesting) throw fail(lexer, 'template strings are nested too deeply')
  const parts: (string | readonly Token[])[] = []
  while (lexer.text[lexer.at] !== quote) {
    if (lexer.text[lexer.at] === '{') parts.push(readExpression(lexer, readTokens))
    else parts.push(readText(lexer, quote, start))
  }
  lexer.at += 1
  lexer.depth -= 1
  return parts
}

/** Up to an expression or the end. */
function readText(lexer: Lexer, quote: string, start: number): string {
  let text = ''
  for (;;) {
    const char = lexer.text[lexer.at]
    if (char === undefined || (char === '\n' && quote === '"')) {
      throw fail(lexer, 'non-terminated string', start)
    }
    if (char === quote || char === '{') return text
    text += readChar(lexer, quote)
  }
}

function readChar(lexer: Lexer, quote: string): string {
  const char = lexer.text[lexer.at] ?? ''
  lexer.at += 1
  if (char !== '\\') return char
  if (lexer.text[lexer.at] === '{') {
    lexer.at += 1
    return '{'
  }
  return quote === '"' ? readEscape(lexer) : char
}

function readExpression(lexer: Lexer, readTokens: ReadTokens): readonly Token[] {
  const start = lexer.at
  lexer.at += 1
  let depth = 0
  const tokens = readTokens(lexer, ({ kind, text }) => {
    if (kind !== 'symbol') return false
    if (text === '{') depth += 1
    if (text === '}') depth -= 1
    return depth < 0
  })
  if (depth >= 0) throw fail(lexer, 'non-terminated template expression', start)
  if (tokens.length < 2) throw fail(lexer, 'template expression is empty', start)
  return tokens
}
