import type { Term } from './ast.ts'
import { parseTerm } from './parse-term.ts'
import { acceptKeyword, acceptSymbol, attempt, next, peek } from './parser.ts'
import type { Parser } from './parser.ts'

type Level = Readonly<Record<string, string>>

/** Binary operators and the functions behind them, from loose to tight. */
const relation: Level = {
  '==': 'equal',
  '!=': 'neq',
  '<': 'lt',
  '>': 'gt',
  '<=': 'lte',
  '>=': 'gte',
}
const union: Level = { '|': 'or' }
const tight: readonly Level[] = [
  { '&': 'and' },
  { '+': 'plus', '-': 'minus' },
  { '*': 'mul', '/': 'div', '%': 'rem' },
]
const all: readonly Level[] = [relation, union, ...tight]

export function parseExpression(parser: Parser, pair: boolean): Term {
  let left = parseLevels(parser, all)
  const membership = pair ? parsePair(parser, left) : undefined
  if (membership) left = membership
  while (acceptKeyword(parser, 'in')) {
    left = callOf('internal.member_2', [left, parseLevels(parser, all)])
  }
  return left
}

export function parseComprehensionHead(parser: Parser): Term {
  return parseTerm(parser)
}

/** The expression that a literal is: a comparison may be written with `=` or `:=` too. */
export function parseAssignment(parser: Parser): Term {
  const left = parseExpression(parser, true)
  const { kind, text } = peek(parser)
  const name = kind === 'symbol' ? ({ '=': 'eq', ':=': 'assign' } as Level)[text] : undefined
  if (!name) return left
  const { location } = next(parser)
  const right = parseExpression(parser, true)
  return { kind: 'call', name, operator: undefined, args: [left, right], location }
}

/** `key, value in collection` */
function parsePair(parser: Parser, key: Term): Term | undefined {
  return attempt(parser, () => {
    if (!acceptSymbol(parser, ',')) return undefined
    const value = parseLevels(parser, all)
    if (!acceptKeyword(parser, 'in')) return undefined
    return callOf('internal.member_3', [key, value, parseLevels(parser, all)])
  })
}

function parseLevels(parser: Parser, levels: readonly Level[]): Term {
  const [level, ...tighter] = levels
  if (!level) return parseTerm(parser)
  let left = parseLevels(parser, tighter)
  for (;;) {
    const { kind, text } = peek(parser)
    const name = kind === 'symbol' ? level[text] : undefined
    if (!name) return left
    next(parser)
    left = callOf(name, [left, parseLevels(parser, tighter)])
  }
}

function callOf(name: string, args: readonly [Term, ...Term[]]): Term {
  return { kind: 'call', name, operator: undefined, args, location: args[0].location }
}
