import { parseNumber } from '../values/number.ts'
import type { RegoNumber } from '../values/number.ts'
import { RegoSet } from '../values/set.ts'
import type { CallTerm, Literal, Term } from './ast.ts'
import { constant, variable } from './ast.ts'
import { parseBraces, parseBrackets } from './parse-collection.ts'
import {
  atAttached,
  expectSymbol,
  failAt,
  isSymbol,
  keywordAt,
  nested,
  next,
  peek,
  unexpected,
} from './parser.ts'
import type { Parser } from './parser.ts'
import type { Token } from './token.ts'

export function parseTerm(parser: Parser): Term {
  return nested(parser, () => {
    const token = peek(parser)
    return token.kind === 'symbol' ? parseSymbol(parser, token) : parseWord(parser, token)
  })
}

function parseSymbol(parser: Parser, token: Token): Term {
  switch (token.text) {
    case '-':
      return parseNegative(parser)
    case '[':
      return finish(parser, parseBrackets(parser))
    case '{':
      return finish(parser, parseBraces(parser))
    case '(':
      return parseGroup(parser)
    default:
      throw unexpected(parser)
  }
}

function parseGroup(parser: Parser): Term {
  next(parser)
  const inner = parser.grammar.expression(parser, true)
  expectSymbol(parser, ')')
  return finish(parser, inner)
}

function parseNegative(parser: Parser): Term {
  const { location } = next(parser)
  const token = next(parser)
  if (token.kind !== 'number') throw failAt(token.location, 'expected number')
  return constant(numberOf({ ...token, text: `-${token.text}` }), location)
}

function numberOf(token: Token): RegoNumber {
  const value = parseNumber(token.text)
  if (value === undefined) throw failAt(token.location, 'number is out of range')
  return value
}

function parseWord(parser: Parser, token: Token): Term {
  switch (token.kind) {
    case 'number':
      next(parser)
      return constant(numberOf(token), token.location)
    case 'string':
      next(parser)
      if (atAttached(parser, '[') || atAttached(parser, '.')) {
        throw failAt(token.location, 'illegal ref (head cannot be string)')
      }
      return constant(token.text, token.location)
    case 'template':
      return parseTemplate(parser)
    case 'name':
      return parseName(parser, token)
    default:
      throw unexpected(parser)
  }
}

const literals = new Map([['true', true], ['false', false], ['null', null]]) // prettier-ignore

function parseName(parser: Parser, token: Token): Term {
  const keyword = keywordAt(parser)
  const literal = keyword === undefined ? undefined : literals.get(keyword)
  if (keyword !== undefined && literal === undefined && !isContainsCall(parser)) {
    throw unexpected(parser)
  }
  next(parser)
  if (literal !== undefined) return constant(literal, token.location)
  if (isEmptySet(parser, token)) {
    parser.at += 2
    return finish(parser, constant(RegoSet.empty, token.location))
  }
  return finish(parser, variable(nameOf(parser, token.text), token.location))
}

/** The built-in function has the name of the keyword. */
function isContainsCall(parser: Parser): boolean {
  const after = peek(parser, 1)
  return peek(parser).text === 'contains' && isSymbol(after, '(') && after.gap === 'none'
}

function isEmptySet(parser: Parser, token: Token): boolean {
  return token.text === 'set' && atAttached(parser, '(') && isSymbol(peek(parser, 1), ')')
}

/** Each `_` is a variable of its own. */
export function nameOf(parser: Parser, text: string): string {
  return text === '_' ? `$${parser.wildcards.count++}` : text
}

function parseTemplate(parser: Parser): Term {
  const token = next(parser)
  const parts = token.parts.map((part) =>
    typeof part === 'string' ? part : embedded(parser, part),
  )
  return { kind: 'template', parts, location: token.location }
}

function embedded(parser: Parser, tokens: readonly Token[]): Literal {
  const inner: Parser = { ...parser, tokens, at: 0 }
  const literal = inner.grammar.literal(inner)
  if (peek(inner).kind !== 'end') throw unexpected(inner)
  if (literal.negated || literal.statement.kind !== 'term') {
    throw failAt(literal.location, 'template expressions must be terms')
  }
  return literal
}

/** What may follow a term without a blank: `.name`, `[index]`, `(arguments)`. */
export function finish(parser: Parser, head: Term): Term {
  let term = head
  for (;;) {
    if (atAttached(parser, '.')) term = extend(term, parseField(parser))
    else if (atAttached(parser, '[')) term = extend(term, parseIndex(parser))
    else if (atAttached(parser, '(')) term = parseCall(parser, term)
    else return term
  }
}

function extend(term: Term, key: Term): Term {
  const { location } = term
  if (term.kind === 'ref') return { ...term, path: [...term.path, key] }
  return { kind: 'ref', head: term, path: [key], location }
}

function parseField(parser: Parser): Term {
  next(parser)
  const token = next(parser)
  if (token.kind !== 'name') {
    parser.at -= 1
    throw unexpected(parser, 'expected ident')
  }
  return constant(token.text, token.location)
}

function parseIndex(parser: Parser): Term {
  next(parser)
  const key = parser.grammar.expression(parser, false)
  expectSymbol(parser, ']')
  return key
}

function parseCall(parser: Parser, operator: Term): CallTerm {
  const name = calledName(operator)
  if (name === undefined) throw failAt(operator.location, 'expected a function name')
  next(parser)
  const args: Term[] = []
  while (!isSymbol(peek(parser), ')')) {
    args.push(parser.grammar.expression(parser, false))
    if (!isSymbol(peek(parser), ',')) break
    next(parser)
  }
  expectSymbol(parser, ')')
  return { kind: 'call', name, operator, args, location: operator.location }
}

function calledName(operator: Term): string | undefined {
  if (operator.kind === 'var') return operator.name
  if (operator.kind !== 'ref' || operator.head.kind !== 'var') return undefined
  const path = operator.path.map((key) => (key.kind === 'constant' ? key.value : undefined))
  if (!path.every((key) => typeof key === 'string')) return undefined
  return [operator.head.name, ...path].join('.')
}
