import { evaluable } from '../compile/bindings.ts'
import { RegoError } from '../errors.ts'
import type { ComprehensionTerm, Term } from '../syntax/ast.ts'
import { equals } from '../values/compare.ts'
import { ObjectBuilder } from '../values/object.ts'
import type { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { chain, closure, readSlot, slotOf } from './planner.ts'
import type { Expr, Link, Planner } from './planner.ts'
import { planRef } from './refs.ts'

/** Where the loops go that a term needs before it has a value. */
export type Site = { readonly planner: Planner; readonly links: Link[] }

export function planTerm(term: Term, site: Site): Expr {
  switch (term.kind) {
    case 'constant': {
      const { value } = term
      return () => value
    }
    case 'var':
      return planVar(term.name, site)
    case 'ref':
      return planRef(term, site, planTerm)
    case 'array':
      return planArray(term.items, site)
    case 'set':
      return planSet(term.items, site)
    case 'object':
      return planObject(term.entries, site)
    case 'comprehension':
      return planComprehension(term, site)
    case 'call':
    case 'template':
      throw new RegoError('eval_internal_error', `${term.kind} was not taken out`, term)
  }
}

function planVar(name: string, { planner }: Site): Expr {
  if (name === 'input') return (frame) => frame.context.input
  if (name === 'data')
    return planRef(
      { kind: 'ref', head: dataVar, path: [], location: nowhere },
      { planner, links: [] },
      planTerm,
    )
  return readSlot(slotOf(planner, name))
}

const nowhere = { file: '', row: 0, column: 0 }
const dataVar = { kind: 'var', name: 'data', location: nowhere } as const

/** All at once when every part is constant, else part by part. */
function planParts(terms: readonly Term[], site: Site, build: (values: Value[]) => Value): Expr {
  const constants = terms.flatMap((term) => (term.kind === 'constant' ? [term.value] : []))
  if (constants.length === terms.length) {
    const value = build(constants)
    return () => value
  }
  const parts = terms.map((term) => planTerm(term, site))
  return (frame) => {
    const values: Value[] = []
    for (const part of parts) {
      const value = part(frame)
      if (value === undefined) return undefined
      values.push(value)
    }
    frame.context.run.meter.allocate(16 * values.length)
    return build(values)
  }
}

function planArray(items: readonly Term[], site: Site): Expr {
  return planParts(items, site, (values) => values)
}

function planSet(items: readonly Term[], site: Site): Expr {
  return planParts(items, site, (values) => RegoSet.from(values))
}

function planObject(entries: readonly (readonly [Term, Term])[], site: Site): Expr {
  return planParts(entries.flat(), site, (values) => {
    const builder = new ObjectBuilder()
    for (let i = 0; i < values.length; i += 2) builder.set(values[i] ?? null, values[i + 1] ?? null)
    return builder.build()
  })
}

function planComprehension(term: ComprehensionTerm, { planner }: Site): Expr {
  const inner = closure(planner)
  const links = inner.body(inner, term.body)
  const heads = (term.key ? [term.key, term.head] : [term.head]).map((head) =>
    planTerm(head, { planner: inner, links }),
  )
  const index = planner.counters.accumulators++
  const run = chain(links, (frame) => {
    const results = frame.accumulators[index]
    for (const head of heads) {
      const value = head(frame)
      if (value === undefined) return false
      results?.push(value)
    }
    frame.context.run.meter.tick()
    frame.context.run.meter.allocate(16)
    return false
  })
  const { location } = term
  return (frame) => {
    const outer = frame.accumulators[index]
    const results: Value[] = []
    frame.accumulators[index] = results
    run(frame)
    if (outer) frame.accumulators[index] = outer
    if (term.shape === 'array') return results
    return term.shape === 'set' ? RegoSet.from(results) : objectOf(results, location)
  }
}

function objectOf(results: readonly Value[], location: Term['location']): RegoObject {
  const builder = new ObjectBuilder()
  for (let i = 0; i < results.length; i += 2) {
    const [key, value] = [results[i] ?? null, results[i + 1] ?? null]
    const before = builder.get(key)
    if (before !== undefined && !equals(before, value)) {
      throw new RegoError('eval_conflict_error', 'object keys must be unique', { location })
    }
    builder.set(key, value)
  }
  return builder.build()
}

export function isEvaluable(term: Term, planner: Planner): boolean {
  return evaluable(term, planner.bound)
}
