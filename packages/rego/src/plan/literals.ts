import type {
  Body,
  CallTerm,
  EveryStatement,
  Literal,
  SomeInStatement,
  Term,
} from '../syntax/ast.ts'
import { isTruthy } from '../values/compare.ts'
import { builtinNamed, planCall } from './calls.ts'
import { planEach } from './each.ts'
import { planEquation } from './equations.ts'
import { planMatch } from './match.ts'
import { assign, chain, closure, readSlot, slotOf, succeed, temporary } from './planner.ts'
import type { Expr, Link, Planner } from './planner.ts'
import { planTerm } from './terms.ts'
import { planWith } from './with.ts'

/** Plans the literals of an ordered body, one after the other. */
export function planBody(planner: Planner, body: Body): Link[] {
  const { cover } = planner.workshop
  if (!cover) return body.flatMap((literal) => planLiteral(literal, planner))
  return body.flatMap((literal) => {
    const mark: Link = (next) => (frame) => {
      cover(literal.location)
      return next(frame)
    }
    return [mark, ...planLiteral(literal, planner)]
  })
}

function planLiteral(literal: Literal, planner: Planner): Link[] {
  if (literal.with.length === 0) return planModified(literal, planner)
  return planWith(literal.with, planner, () => planModified(literal, planner))
}

function planModified(literal: Literal, planner: Planner): Link[] {
  return literal.negated ? planNegation(literal, planner) : planStatement(literal, planner)
}

/** Arguments are computed outside of the negation: without them the whole literal fails. */
function planNegation(literal: Literal, planner: Planner): Link[] {
  const outside: Link[] = []
  const inner = closure(planner)
  const links = planStatement(literal, inner, outside)
  const run = chain(links, succeed)
  const negate: Link = (next) => (frame) => !run(frame) && next(frame)
  return [...outside, negate]
}

/** `outside` takes the links for arguments; by default they are part of the statement. */
function planStatement(literal: Literal, planner: Planner, outside?: Link[]): Link[] {
  const { statement } = literal
  switch (statement.kind) {
    case 'someIn':
      return planSomeIn(statement, planner)
    case 'every':
      return planEvery(statement, planner)
    case 'some':
      return []
    case 'term':
      return statement.term.kind === 'call'
        ? planCallStatement(statement.term, planner, outside)
        : planTest(statement.term, planner, outside)
  }
}

function planTest(term: Term, planner: Planner, outside?: Link[]): Link[] {
  const links: Link[] = []
  const settled = outside ? settleKeys(term, planner, outside) : term
  const expr = planTerm(settled, { planner, links })
  return [...links, test(expr)]
}

/** References in brackets are settled ahead of the negation around them. */
function settleKeys(term: Term, planner: Planner, outside: Link[]): Term {
  if (term.kind !== 'ref') return term
  const path = term.path.map((key) => {
    if (key.kind === 'constant' || key.kind === 'var') return key
    return settle(key, planner, outside)
  })
  return { ...term, path }
}

function settle(term: Term, planner: Planner, outside: Link[]): Term {
  const name = `!${planner.counters.temporaries++}`
  const expr = planTerm(term, { planner, links: outside })
  outside.push(assign(slotOf(planner, name), expr))
  planner.bound.add(name)
  return { kind: 'var', name, location: term.location }
}

function test(expr: Expr): Link {
  return (next) => (frame) => isTruthy(expr(frame)) && next(frame)
}

function planCallStatement(call: CallTerm, planner: Planner, outside?: Link[]): Link[] {
  const [left, right] = call.args
  const isEquation = call.name === 'eq' || (call.name === 'equal' && call.args.length === 2)
  if (isEquation && left && right) {
    const sides = outside
      ? ([left, right].map((side) => settleSide(side, planner, outside)) as [Term, Term])
      : ([left, right] as const)
    return planEquation(sides[0], sides[1], planner)
  }
  return planFunctionCall(call, planner, outside)
}

/** A reference stays in the equation; collections with references in them do not. */
function settleSide(term: Term, planner: Planner, outside: Link[]): Term {
  if (term.kind === 'ref') return settleKeys(term, planner, outside)
  if (term.kind === 'constant' || term.kind === 'var') return term
  return settle(term, planner, outside)
}

function planFunctionCall(call: CallTerm, planner: Planner, outside?: Link[]): Link[] {
  const links: Link[] = []
  const arity = planner.workshop.program.arity(call.name) ?? call.args.length
  const inputs = call.args.slice(0, arity)
  const args = inputs.map((arg) => planArgument(arg, planner, outside ?? links))
  const value = planCall(call, args, planner)
  const pattern = call.args[arity]
  if (isRelation(call.name, planner)) return [...links, ...planRelation(value, pattern, planner)]
  if (!pattern) return [...links, test(value)]
  if (pattern.kind === 'var' && !planner.bound.has(pattern.name)) {
    return [...links, ...planMatch(pattern, value, { planner, planTerm })]
  }
  const slot = temporary(planner)
  return [
    ...links,
    assign(slot, value),
    ...planMatch(pattern, readSlot(slot), { planner, planTerm }),
  ]
}

function isRelation(name: string, { workshop }: Planner): boolean {
  return !name.startsWith('data.') && builtinNamed(name, workshop).relation
}

/** A function with many results yields them one by one. */
function planRelation(results: Expr, pattern: Term | undefined, planner: Planner): Link[] {
  const slot = temporary(planner)
  const each = planEach({ source: results, key: undefined, valueSlot: slot }, planner, planTerm)
  return pattern ? [...each, ...planMatch(pattern, readSlot(slot), { planner, planTerm })] : each
}

function planArgument(arg: Term, planner: Planner, links: Link[]): Expr {
  const expr = planTerm(arg, { planner, links })
  if (arg.kind === 'constant' || arg.kind === 'var') return expr
  const slot = temporary(planner)
  links.push(assign(slot, expr))
  return readSlot(slot)
}

function planSomeIn({ key, value, domain }: SomeInStatement, planner: Planner): Link[] {
  const links: Link[] = []
  const source = planTerm(domain, { planner, links })
  const slot = temporary(planner)
  const each = planEach({ source, key, valueSlot: slot }, planner, planTerm)
  return [...links, ...each, ...planMatch(value, readSlot(slot), { planner, planTerm })]
}

function planEvery(statement: EveryStatement, planner: Planner): Link[] {
  const links: Link[] = []
  const domain = planTerm(statement.domain, { planner, links })
  const domainSlot = temporary(planner)
  const inner = closure(planner)
  const valueSlot = slotOf(inner, statement.value.name)
  inner.bound.add(statement.value.name)
  const source = readSlot(domainSlot)
  const each = planEach({ source, key: statement.key, valueSlot }, inner, planTerm)
  const holds = chain(planBody(inner, statement.body), succeed)
  // The search is for an element for which the body does not hold.
  const fails = chain(each, (frame) => !holds(frame))
  const all: Link = (next) => (frame) => {
    const collection = frame.slots[domainSlot]
    const isIterable = typeof collection === 'object' && collection !== null
    return isIterable && !fails(frame) && next(frame)
  }
  return [...links, assign(domainSlot, domain), all]
}
