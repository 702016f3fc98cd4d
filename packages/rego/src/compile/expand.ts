import { constant, variable } from '../syntax/ast.ts'
import type { Body, CallTerm, Literal, Statement, TemplateTerm, Term, With } from '../syntax/ast.ts'
import { RegoSet } from '../values/set.ts'
import type { Arity } from './bindings.ts'
import type { Branch, ResolvedRule } from './rule.ts'

/**
 * Takes calls out of other terms: `f(g(x)) > 1` becomes `g(x, a); f(a, b); b > 1`. So each call
 * stands on its own with its result as a last argument, and a negated literal negates only what
 * stands outermost: if an inner call is undefined, so is the whole body.
 */
export type Expander = {
  readonly counter: { count: number }
  readonly arity: Arity
  /** Whether calls of `print` stay. */
  readonly print: boolean
}

export function expandRule(rule: ResolvedRule, expander: Expander): ResolvedRule {
  const [first, ...others] = rule.branches.map((branch) => expandBranch(branch, expander))
  if (!first) return rule
  const extras: Literal[] = []
  const keys = rule.keys.map((key) => hoist(key, { expander, extras, with: [] }))
  return { ...rule, keys, branches: [{ ...first, body: [...first.body, ...extras] }, ...others] }
}

function expandBranch(branch: Branch, expander: Expander): Branch {
  const extras: Literal[] = []
  const value = hoist(branch.value, { expander, extras, with: [] })
  return { ...branch, value, body: [...expandBody(branch.body, expander), ...extras] }
}

export function expandBody(body: Body, expander: Expander): Body {
  return body.flatMap((literal) => expandLiteral(literal, expander))
}

type Site = {
  readonly expander: Expander
  /** The literals to run before the one at hand. */
  readonly extras: Literal[]
  readonly with: readonly With[]
}

function fresh({ counter }: Expander, term: Term): ReturnType<typeof variable> {
  return variable(`~${counter.count++}`, term.location)
}

function expandLiteral(literal: Literal, expander: Expander): Literal[] {
  const extras: Literal[] = []
  const outside = { expander, extras, with: [] }
  const modifiers = literal.with.map((m) => expandModifier(m, outside))
  const site = { expander, extras, with: modifiers }
  const statement = expandStatement(literal, site)
  if (!statement) return []
  return [...extras, { ...literal, with: modifiers, statement }]
}

/** A function that takes the place of another is known by its name from here on. */
function expandModifier(modifier: With, site: Site): With {
  const name = dottedName(modifier.value)
  const target = dottedName(modifier.target)
  const { arity } = site.expander
  const isFunction = (of: string | undefined): of is string =>
    of !== undefined && arity(of) !== undefined
  if (!isFunction(name) || !isFunction(target))
    return { ...modifier, value: settle(modifier.value, site) }
  return { ...modifier, value: constant(name, modifier.value.location), replacement: name }
}

function dottedName(term: Term): string | undefined {
  if (term.kind === 'var') return term.name
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined
  const keys = term.path.map((key) => (key.kind === 'constant' ? key.value : undefined))
  return keys.every((key) => typeof key === 'string')
    ? [term.head.name, ...keys].join('.')
    : undefined
}

/** The value of a modifier is computed once, ahead of it. */
function settle(value: Term, site: Site): Term {
  const term = hoist(value, site)
  if (term.kind === 'constant' || term.kind === 'var') return term
  if (term.kind === 'ref' && term.path.every((key) => key.kind === 'constant')) return term
  return bind(term, site)
}

function bind(term: Term, { expander, extras, with: modifiers }: Site): Term {
  const result = fresh(expander, term)
  const call: Term = {
    kind: 'call',
    name: 'eq',
    operator: undefined,
    args: [result, term],
    location: term.location,
  }
  extras.push(literalOf(call, modifiers))
  return result
}

function literalOf(term: Term, modifiers: readonly With[]): Literal {
  const { location } = term
  return { statement: { kind: 'term', term, location }, negated: false, with: modifiers, location }
}

function expandStatement(literal: Literal, site: Site): Statement | undefined {
  const { statement } = literal
  switch (statement.kind) {
    case 'term':
      return expandTermStatement(literal, statement.term, site)
    case 'some':
      return statement
    case 'someIn': {
      const key = statement.key && hoist(statement.key, site)
      const value = hoist(statement.value, site)
      return { ...statement, key, value, domain: hoist(statement.domain, site) }
    }
    case 'every': {
      const domain = hoist(statement.domain, site)
      return { ...statement, domain, body: expandBody(statement.body, site.expander) }
    }
  }
}

function expandTermStatement(literal: Literal, term: Term, site: Site): Statement | undefined {
  const { location } = term
  if (term.kind !== 'call') return { kind: 'term', term: hoist(term, site), location }
  if (term.name === 'print') return expandPrint(term, site)
  const direct = literal.negated ? undefined : callWithResult(term, site)
  return { kind: 'term', term: direct ?? hoistArgs(term, site), location }
}

/** `pattern = f(x)` is `f(x, pattern)`. */
function callWithResult(term: CallTerm, site: Site): Term | undefined {
  const [left, right] = term.args
  if (term.name !== 'eq' || !left || !right) return undefined
  if (right.kind === 'call' && isPattern(left)) return withResult(right, hoist(left, site), site)
  if (left.kind === 'call' && isPattern(right)) return withResult(left, hoist(right, site), site)
  return undefined
}

function isPattern(term: Term): boolean {
  return term.kind === 'var'
}

function withResult(call: CallTerm, result: Term, site: Site): CallTerm {
  const { args, ...rest } = hoistArgs(call, site)
  return { ...rest, args: [...args, result] }
}

function hoistArgs(call: CallTerm, site: Site): CallTerm {
  return { ...call, args: call.args.map((arg) => hoist(arg, site)) }
}

/** The term without calls; they are in the extras. */
function hoist(term: Term, site: Site): Term {
  switch (term.kind) {
    case 'constant':
    case 'var':
      return term
    case 'ref':
      return {
        ...term,
        head: hoist(term.head, site),
        path: term.path.map((key) => hoist(key, site)),
      }
    case 'array':
    case 'set':
      return { ...term, items: term.items.map((item) => hoist(item, site)) }
    case 'object':
      return { ...term, entries: term.entries.map(([k, v]) => [hoist(k, site), hoist(v, site)]) }
    case 'comprehension':
      return hoistComprehension(term, site)
    case 'call': {
      const result = fresh(site.expander, term)
      site.extras.push(literalOf(withResult(term, result, site), site.with))
      return result
    }
    case 'template':
      return hoist(templateCall(term, site.expander), site)
  }
}

function hoistComprehension(term: Extract<Term, { kind: 'comprehension' }>, site: Site): Term {
  const extras: Literal[] = []
  const inner = { expander: site.expander, extras, with: [] }
  const key = term.key && hoist(term.key, inner)
  const head = hoist(term.head, inner)
  return { ...term, key, head, body: [...expandBody(term.body, site.expander), ...extras] }
}

/** Parts that may be undefined are given as sets of what they yield: empty if undefined. */
function templateCall(term: TemplateTerm, expander: Expander): CallTerm {
  const { location } = term
  const items = term.parts.map((part): Term => {
    if (typeof part === 'string') return constant(part, location)
    const inner = part.statement.kind === 'term' ? part.statement.term : undefined
    if (inner?.kind === 'constant' && !(inner.value instanceof RegoSet)) return inner
    return yieldsOf(inner ?? constant(null, location), part.with, expander)
  })
  const array: Term = { kind: 'array', items, location }
  return {
    kind: 'call',
    name: 'internal.template_string',
    operator: undefined,
    args: [array],
    location,
  }
}

function yieldsOf(term: Term, modifiers: readonly With[], expander: Expander): Term {
  const { location } = term
  const result = fresh(expander, term)
  const call: Term = {
    kind: 'call',
    name: 'eq',
    operator: undefined,
    args: [result, term],
    location,
  }
  const body = [literalOf(call, modifiers)]
  return { kind: 'comprehension', shape: 'set', key: undefined, head: result, body, location }
}

function expandPrint(call: CallTerm, site: Site): Statement | undefined {
  if (!site.expander.print) return undefined
  const { location } = call
  const items = call.args.map((arg) => yieldsOf(arg, [], site.expander))
  const array = hoist({ kind: 'array', items, location }, site)
  const term: Term = {
    kind: 'call',
    name: 'internal.print',
    operator: undefined,
    args: [array],
    location,
  }
  return { kind: 'term', term, location }
}
