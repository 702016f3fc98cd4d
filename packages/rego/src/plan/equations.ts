import { evaluable } from '../compile/bindings.ts'
import { decompose } from '../compile/unify.ts'
import type { Pair } from '../compile/unify.ts'
import { RegoError } from '../errors.ts'
import type { Term } from '../syntax/ast.ts'
import { equals } from '../values/compare.ts'
import { planMatch } from './match.ts'
import type { Expr, Link, Planner } from './planner.ts'
import { planTerm } from './terms.ts'

const fail: Link = () => () => false

/** `left = right`, taken apart and put in an order in which one side always has a value. */
export function planEquation(left: Term, right: Term, planner: Planner): Link[] {
  const pairs = decompose(left, right)
  if (!pairs) return [fail]
  const waiting = [...pairs]
  const links: Link[] = []
  while (waiting.length > 0) {
    const index = waiting.findIndex((pair) => isReady(pair, planner))
    const [pair] = waiting.splice(index, 1)
    if (index < 0 || !pair) {
      throw new RegoError('rego_unsafe_var_error', 'equation has unsafe variables', left)
    }
    links.push(...planPair(pair, planner))
  }
  return links
}

/** A side is ready when all it reads is bound; brackets may bind more on the way. */
function isReady([left, right]: Pair, planner: Planner): boolean {
  return isSource(left, planner) || isSource(right, planner)
}

function isSource(term: Term, planner: Planner): boolean {
  if (term.kind === 'ref') return evaluable(term.head, planner.bound)
  return evaluable(term, planner.bound)
}

function planPair([left, right]: Pair, planner: Planner): Link[] {
  const [source, pattern] = preferred(left, right, planner)
  const links: Link[] = []
  const expr = planTerm(source, { planner, links })
  if (!evaluable(pattern, planner.bound)) {
    return [...links, ...planMatch(pattern, expr, { planner, planTerm })]
  }
  const other = planTerm(pattern, { planner, links })
  return [...links, compareLink(expr, other)]
}

/** The side that is fully bound goes first, so that the other can be matched against it. */
function preferred(left: Term, right: Term, planner: Planner): Pair {
  if (evaluable(left, planner.bound)) return [left, right]
  if (evaluable(right, planner.bound)) return [right, left]
  return isSource(left, planner) ? [left, right] : [right, left]
}

function compareLink(left: Expr, right: Expr): Link {
  return (next) => (frame) => {
    const a = left(frame)
    if (a === undefined) return false
    const b = right(frame)
    return b !== undefined && equals(a, b) && next(frame)
  }
}
