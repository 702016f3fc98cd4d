import type { Location } from '../errors.ts'
import { variable } from './ast.ts'
import type { Body, EveryStatement, Literal, Statement, Term, VarTerm, With } from './ast.ts'
import { parseAssignment, parseExpression, parseOperand } from './parse-expression.ts'
import { nameOf } from './parse-term.ts'
import {
  acceptKeyword,
  acceptSymbol,
  atKeyword,
  atSymbol,
  expectSymbol,
  failAt,
  nested,
  next,
  peek,
  unexpected,
} from './parser.ts'
import type { Parser } from './parser.ts'

/** Literals, each on its own line or behind a semicolon. */
export function parseBody(parser: Parser, close: string): Body {
  const literals: Literal[] = []
  for (;;) {
    while (acceptSymbol(parser, ';'));
    if (atClose(parser, close)) break
    literals.push(parseLiteral(parser))
    if (atClose(parser, close)) break
    if (!atSymbol(parser, ';') && peek(parser).gap !== 'line') {
      throw unexpected(parser, 'expected \\n or ; or }'.replace('}', close || 'end'))
    }
  }
  if (literals.length === 0) throw failAt(peek(parser).location, 'found empty body')
  if (close) next(parser)
  return literals
}

function atClose(parser: Parser, close: string): boolean {
  return close ? atSymbol(parser, close) : peek(parser).kind === 'end'
}

export function parseLiteral(parser: Parser): Literal {
  return nested(parser, () => {
    const { location } = peek(parser)
    const negated = acceptKeyword(parser, 'not')
    if (negated && atKeyword(parser, 'some')) throw unexpected(parser)
    const statement = parseStatement(parser, location)
    return { statement, negated, with: parseWith(parser), location }
  })
}

function parseStatement(parser: Parser, location: Location): Statement {
  if (acceptKeyword(parser, 'some')) return parseSome(parser, location)
  if (acceptKeyword(parser, 'every')) return parseEvery(parser, location)
  return { kind: 'term', term: parseAssignment(parser), location }
}

function parseSome(parser: Parser, location: Location): Statement {
  const terms = [parseOperand(parser)]
  while (acceptSymbol(parser, ',')) terms.push(parseOperand(parser))
  const [first, second] = terms
  if (acceptKeyword(parser, 'in')) {
    if (!first || terms.length > 2)
      throw failAt(location, 'expected one or two variables before in')
    const domain = parseOperand(parser)
    if (second) return { kind: 'someIn', key: first, value: second, domain, location }
    return { kind: 'someIn', key: undefined, value: first, domain, location }
  }
  const names = terms.filter((term): term is VarTerm => term.kind === 'var')
  if (names.length < terms.length) throw failAt(location, 'expected variables after some')
  return { kind: 'some', names, location }
}

function parseEvery(parser: Parser, location: Location): EveryStatement {
  const first = parseVariable(parser)
  const second = acceptSymbol(parser, ',') ? parseVariable(parser) : undefined
  if (!acceptKeyword(parser, 'in')) throw unexpected(parser, 'expected in')
  const domain = parseExpression(parser, false)
  expectSymbol(parser, '{')
  const body = parseBody(parser, '}')
  const [key, value] = second ? [first, second] : [undefined, first]
  return { kind: 'every', key, value, domain, body, location }
}

function parseVariable(parser: Parser): VarTerm {
  const token = next(parser)
  if (token.kind !== 'name') throw failAt(token.location, 'expected a variable')
  return variable(nameOf(parser, token.text), token.location)
}

function parseWith(parser: Parser): With[] {
  const modifiers: With[] = []
  while (atKeyword(parser, 'with')) {
    const { location } = next(parser)
    const target = parseTarget(parser)
    if (!acceptKeyword(parser, 'as')) throw unexpected(parser, 'expected as')
    modifiers.push({ target, value: parseExpression(parser, false), location })
  }
  return modifiers
}

function parseTarget(parser: Parser): Term {
  const target = parseExpression(parser, false)
  if (target.kind === 'var' || target.kind === 'ref') return target
  throw failAt(target.location, 'with keyword target must be a reference')
}
