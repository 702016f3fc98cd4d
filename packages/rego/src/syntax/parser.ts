import { RegoError } from '../errors.ts'
import type { Location } from '../errors.ts'
import type { Body, Literal, Term, Version } from './ast.ts'
import type { Token } from './token.ts'

/** The state of one parse, and the productions that refer to each other across files. */
export type Parser = {
  readonly tokens: readonly Token[]
  readonly grammar: Grammar
  at: number
  version: Version
  keywords: ReadonlySet<string>
  wildcards: { count: number }
  effort: { depth: number; steps: number }
}

export type Grammar = {
  /** With `pair`, `key, value in collection` is an expression too. */
  readonly expression: (parser: Parser, pair: boolean) => Term
  /** An expression of which the first term is read already. */
  readonly continueExpression: (parser: Parser, term: Term, pair: boolean) => Term
  /** An expression without operators. */
  readonly term: (parser: Parser) => Term
  readonly literal: (parser: Parser) => Literal
  /** Literals up to the closing symbol, which is consumed. */
  readonly body: (parser: Parser, close: string) => Body
}

const maxDepth = 400
const stepsPerToken = 20

const always = ['as', 'default', 'else', 'false', 'import', 'not', 'null', 'package', 'some', 'true', 'with'] // prettier-ignore
export const futureKeywords: readonly string[] = ['contains', 'every', 'if', 'in']
export const keywordsOf: Record<Version, ReadonlySet<string>> = {
  v0: new Set(always),
  v1: new Set([...always, ...futureKeywords]),
}

export function peek(parser: Parser, ahead = 0): Token {
  const token = parser.tokens[parser.at + ahead] ?? parser.tokens.at(-1)
  if (!token) throw new RegoError('eval_internal_error', 'a token list always has its end')
  return token
}

export function next(parser: Parser): Token {
  const token = peek(parser)
  parser.at += 1
  parser.effort.steps += 1
  if (parser.effort.steps > 1000 + stepsPerToken * parser.tokens.length) {
    throw failAt(token.location, 'the expression is too ambiguous to parse')
  }
  return token
}

export function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text
}

export function atSymbol(parser: Parser, text: string): boolean {
  return isSymbol(peek(parser), text)
}

/** A symbol that touches what is before it, as in `f(` and `x[`. */
export function atAttached(parser: Parser, text: string): boolean {
  return atSymbol(parser, text) && peek(parser).gap === 'none'
}

export function acceptSymbol(parser: Parser, text: string): boolean {
  const found = atSymbol(parser, text)
  if (found) next(parser)
  return found
}

export function expectSymbol(parser: Parser, text: string): Token {
  if (!atSymbol(parser, text)) throw unexpected(parser, `expected ${text}`)
  return next(parser)
}

/** A keyword in front of a dot is a name: `input.x == contains.y`. */
export function atKeyword(parser: Parser, word: string): boolean {
  return keywordAt(parser) === word
}

export function keywordAt(parser: Parser): string | undefined {
  const { kind, text } = peek(parser)
  if (kind !== 'name' || !parser.keywords.has(text)) return undefined
  const after = peek(parser, 1)
  return isSymbol(after, '.') && after.gap === 'none' ? undefined : text
}

export function acceptKeyword(parser: Parser, word: string): boolean {
  const found = atKeyword(parser, word)
  if (found) next(parser)
  return found
}

export function failAt(location: Location, reason: string): RegoError {
  return new RegoError('rego_parse_error', reason, { location })
}

export function unexpected(parser: Parser, detail?: string): RegoError {
  const token = peek(parser)
  const keyword = keywordAt(parser)
  const what = token.kind === 'end' ? 'eof' : keyword ? `${keyword} keyword` : describe(token)
  const noun = keyword && token.kind !== 'end' ? '' : ' token'
  return failAt(token.location, `unexpected ${what}${noun}${detail ? `: ${detail}` : ''}`)
}

function describe(token: Token): string {
  if (token.kind === 'name') return 'identifier'
  return token.kind === 'symbol' ? token.text : token.kind
}

/** Runs a production one level deeper; refuses sources that nest beyond reason. */
export function nested<T>(parser: Parser, production: () => T): T {
  parser.effort.depth += 1
  if (parser.effort.depth > maxDepth) throw failAt(peek(parser).location, 'max recursion depth hit')
  const result = production()
  parser.effort.depth -= 1
  return result
}

/** Tries a production; on failure the parser stands where it stood. */
export function attempt<T>(parser: Parser, production: () => T | undefined): T | undefined {
  const { at } = parser
  const { depth } = parser.effort
  try {
    const result = production()
    if (result !== undefined) return result
  } catch (error) {
    if (!(error instanceof RegoError)) throw error
    if (error.reason.startsWith('the expression is too')) throw error
  }
  parser.at = at
  parser.effort.depth = depth
  return undefined
}
