import type { Term } from './ast.ts'
import { parseTerm } from './parse-term.ts'
import { acceptKeyword, acceptSymbol, attempt, next, peek } from './parser.ts'
import type { Parser } from './parser.ts'

/** Binary operators: the functions behind them, and how tight they bind. */
const operators: ReadonlyMap<string, readonly [string, number]> = new Map([
  ['==', ['equal', 1]], ['!=', ['neq', 1]], ['<', ['lt', 1]], ['>', ['gt', 1]],
  ['<=', ['lte', 1]], ['>=', ['gte', 1]],
  ['|', ['or', 2]],
  ['&', ['and', 3]],
  ['+', ['plus', 4]], ['-', ['minus', 4]],
  ['*', ['mul', 5]], ['/', ['div', 5]], ['%', ['rem', 5]],
]) // prettier-ignore

const assignments: ReadonlyMap<string, string> = new Map([['=', 'eq'], [':=', 'assign']]) // prettier-ignore

export function parseExpression(parser: Parser, pair: boolean): Term {
  return continueExpression(parser, parseTerm(parser), pair)
}

/** The expression of which the first term is read already. */
export function continueExpression(parser: Parser, term: Term, pair: boolean): Term {
  let left = climb(parser, term, 1)
  const membership = pair ? parsePair(parser, left) : undefined
  if (membership) left = membership
  while (acceptKeyword(parser, 'in')) {
    left = callOf('internal.member_2', [left, parseOperand(parser)])
  }
  return left
}

/** The expression that a literal is: a comparison may be written with `=` or `:=` too. */
export function parseAssignment(parser: Parser): Term {
  const left = parseExpression(parser, true)
  const { kind, text } = peek(parser)
  const name = kind === 'symbol' ? assignments.get(text) : undefined
  if (!name) return left
  const { location } = next(parser)
  const right = parseExpression(parser, true)
  return { kind: 'call', name, operator: undefined, args: [left, right], location }
}

/** `key, value in collection` */
function parsePair(parser: Parser, key: Term): Term | undefined {
  return attempt(parser, () => {
    if (!acceptSymbol(parser, ',')) return undefined
    const value = parseOperand(parser)
    if (!acceptKeyword(parser, 'in')) return undefined
    return callOf('internal.member_3', [key, value, parseOperand(parser)])
  })
}

/** An expression without `in`, which separates the parts of a declaration. */
export function parseOperand(parser: Parser): Term {
  return climb(parser, parseTerm(parser), 1)
}

/** Takes operators that bind at least as tight as `level`. */
function climb(parser: Parser, term: Term, level: number): Term {
  let left = term
  for (;;) {
    const { kind, text } = peek(parser)
    const [name, strength] = (kind === 'symbol' ? operators.get(text) : undefined) ?? ['', 0]
    if (strength < level) return left
    next(parser)
    left = callOf(name, [left, climb(parser, parseTerm(parser), strength + 1)])
  }
}

function callOf(name: string, args: readonly [Term, ...Term[]]): Term {
  return { kind: 'call', name, operator: undefined, args, location: args[0].location }
}
