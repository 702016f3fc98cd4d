import type { Location } from '../errors.ts'
import type { Term } from './ast.ts'
import { acceptSymbol, atSymbol, attempt, expectSymbol, next } from './parser.ts'
import type { Parser } from './parser.ts'

/** `[a, b]` or `[head | body]` */
export function parseBrackets(parser: Parser): Term {
  const { location } = next(parser)
  if (acceptSymbol(parser, ']')) return { kind: 'array', items: [], location }
  const found = attempt(parser, () => parseComprehension(parser, ']', location))
  if (found) return found
  return { kind: 'array', items: parseItems(parser, ']'), location }
}

/** `{}`, `{a, b}`, `{key: value}` or the comprehension of a set or of an object. */
export function parseBraces(parser: Parser): Term {
  const { location } = next(parser)
  if (acceptSymbol(parser, '}')) return { kind: 'object', entries: [], location }
  const found = attempt(parser, () => parseComprehension(parser, '}', location))
  if (found) return found
  const first = parser.grammar.expression(parser, false)
  if (acceptSymbol(parser, ':')) return parseObject(parser, first, location)
  const more = acceptSymbol(parser, ',') ? parseItems(parser, '}') : closeItems(parser, '}')
  return { kind: 'set', items: [first, ...more], location }
}

function parseComprehension(parser: Parser, close: string, location: Location): Term | undefined {
  const first = parser.grammar.comprehensionHead(parser)
  const hasKey = close === '}' && acceptSymbol(parser, ':')
  const head = hasKey ? parser.grammar.comprehensionHead(parser) : first
  if (!acceptSymbol(parser, '|')) return undefined
  const body = parser.grammar.body(parser, close)
  const shape = hasKey ? 'object' : close === '}' ? 'set' : 'array'
  return { kind: 'comprehension', shape, key: hasKey ? first : undefined, head, body, location }
}

function parseItems(parser: Parser, close: string): Term[] {
  const items: Term[] = []
  while (!atSymbol(parser, close)) {
    items.push(parser.grammar.expression(parser, false))
    if (!acceptSymbol(parser, ',')) break
  }
  closeItems(parser, close)
  return items
}

function closeItems(parser: Parser, close: string): Term[] {
  expectSymbol(parser, close)
  return []
}

function parseObject(parser: Parser, firstKey: Term, location: Location): Term {
  const entries: [Term, Term][] = [[firstKey, parser.grammar.expression(parser, false)]]
  while (acceptSymbol(parser, ',')) {
    if (atSymbol(parser, '}')) break
    const key = parser.grammar.expression(parser, false)
    expectSymbol(parser, ':')
    entries.push([key, parser.grammar.expression(parser, false)])
  }
  expectSymbol(parser, '}')
  return { kind: 'object', entries, location }
}
