import { evaluable } from '../compile/bindings.ts'
import { RegoError } from '../errors.ts'
import type { ObjectTerm, Term } from '../syntax/ast.ts'
import { equals } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import { assign, readSlot, slotOf, temporary } from './planner.ts'
import type { Expr, Link, Planner } from './planner.ts'

type Site = { readonly planner: Planner; readonly links: Link[] }

export type MatchSite = {
  readonly planner: Planner
  readonly planTerm: (term: Term, site: Site) => Expr
}

/** Links that hold where the value of `source` has the shape of the pattern, and bind its variables. */
export function planMatch(pattern: Term, source: Expr, site: MatchSite): Link[] {
  const { planner } = site
  if (pattern.kind === 'var' && !evaluable(pattern, planner.bound)) {
    planner.bound.add(pattern.name)
    return [assign(slotOf(planner, pattern.name), source)]
  }
  if (evaluable(pattern, planner.bound)) return planEquality(pattern, source, site)
  if (pattern.kind === 'array') return planArrayMatch(pattern.items, source, site)
  if (pattern.kind === 'object') return planObjectMatch(pattern, source, site)
  if (pattern.kind === 'ref') return planEquality(pattern, source, site)
  throw new RegoError('rego_unsafe_var_error', 'pattern has unsafe variables', pattern)
}

function planEquality(pattern: Term, source: Expr, { planner, planTerm }: MatchSite): Link[] {
  const links: Link[] = []
  const expected = planTerm(pattern, { planner, links })
  return [
    ...links,
    (next) => (frame) => {
      const value = source(frame)
      if (value === undefined) return false
      const other = expected(frame)
      return other !== undefined && equals(value, other) && next(frame)
    },
  ]
}

function planArrayMatch(items: readonly Term[], source: Expr, site: MatchSite): Link[] {
  const slot = temporary(site.planner)
  const { length } = items
  const check: Link = (next) => (frame) => {
    const value = source(frame)
    if (!Array.isArray(value) || value.length !== length) return false
    frame.slots[slot] = value
    return next(frame)
  }
  const item =
    (index: number): Expr =>
    (frame) => {
      const array = frame.slots[slot]
      return Array.isArray(array) ? array[index] : undefined
    }
  return [check, ...items.flatMap((pattern, index) => planMatch(pattern, item(index), site))]
}

function planObjectMatch({ entries }: ObjectTerm, source: Expr, site: MatchSite): Link[] {
  const slot = temporary(site.planner)
  const check: Link = (next) => (frame) => {
    const value = source(frame)
    if (!(value instanceof RegoObject) || value.size !== entries.length) return false
    frame.slots[slot] = value
    return next(frame)
  }
  const links: Link[] = [check]
  for (const [key, pattern] of entries) {
    const keyExpr = site.planTerm(key, { planner: site.planner, links })
    links.push(...planMatch(pattern, member(readSlot(slot), keyExpr), site))
  }
  return links
}

function member(object: Expr, key: Expr): Expr {
  return (frame) => {
    const [from, at] = [object(frame), key(frame)]
    return from instanceof RegoObject && at !== undefined ? from.get(at) : undefined
  }
}
