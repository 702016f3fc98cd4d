import type { Location } from '../errors.ts'
import type { Term } from './ast.ts'
import { acceptSymbol, atSymbol, attempt, expectSymbol, next } from './parser.ts'
import type { Parser } from './parser.ts'

/** `[a, b]` or `[head | body]` */
export function parseBrackets(parser: Parser): Term {
  const { location } = next(parser)
  if (acceptSymbol(parser, ']')) return { kind: 'array', items: [], location }
  const head = parser.grammar.term(parser)
  const body = attemptBody(parser, ']')
  if (body) return { kind: 'comprehension', shape: 'array', key: undefined, head, body, location }
  const first = parser.grammar.continueExpression(parser, head, false)
  return { kind: 'array', items: [first, ...parseMore(parser, ']')], location }
}

/** `{}`, `{a, b}`, `{key: value}` or the comprehension of a set or of an object. */
export function parseBraces(parser: Parser): Term {
  const { location } = next(parser)
  if (acceptSymbol(parser, '}')) return { kind: 'object', entries: [], location }
  const head = parser.grammar.term(parser)
  const body = attemptBody(parser, '}')
  if (body) return { kind: 'comprehension', shape: 'set', key: undefined, head, body, location }
  const first = parser.grammar.continueExpression(parser, head, false)
  if (acceptSymbol(parser, ':')) return parseObject(parser, first, location)
  return { kind: 'set', items: [first, ...parseMore(parser, '}')], location }
}

/** What follows `|` is a body if it can be one; else the bar is the operator of sets. */
function attemptBody(
  parser: Parser,
  close: string,
): ReturnType<Parser['grammar']['body']> | undefined {
  if (!atSymbol(parser, '|')) return undefined
  return attempt(parser, () => {
    next(parser)
    return parser.grammar.body(parser, close)
  })
}

function parseMore(parser: Parser, close: string): Term[] {
  const items: Term[] = []
  while (acceptSymbol(parser, ',')) {
    if (atSymbol(parser, close)) break
    items.push(parser.grammar.expression(parser, false))
  }
  expectSymbol(parser, close)
  return items
}

function parseObject(parser: Parser, key: Term, location: Location): Term {
  const head = parser.grammar.term(parser)
  const body = attemptBody(parser, '}')
  if (body) return { kind: 'comprehension', shape: 'object', key, head, body, location }
  const entries: [Term, Term][] = [[key, parser.grammar.continueExpression(parser, head, false)]]
  while (acceptSymbol(parser, ',')) {
    if (atSymbol(parser, '}')) break
    const another = parser.grammar.expression(parser, false)
    expectSymbol(parser, ':')
    entries.push([another, parser.grammar.expression(parser, false)])
  }
  expectSymbol(parser, '}')
  return { kind: 'object', entries, location }
}
