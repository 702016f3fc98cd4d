import type { CallTerm, Literal, Term } from '../syntax/ast.ts'
import { decompose, enumeratedVars, patternVars } from './unify.ts'
import type { Pair } from './unify.ts'
import { literalTerms, roots, varsOf } from './vars.ts'

/** How many arguments a function takes; undefined when there is no such function. */
export type Arity = (name: string) => number | undefined

/** Which variables a literal needs bound, and which it binds. */
export type Modes = { readonly needs: ReadonlySet<string>; readonly binds: ReadonlySet<string> }

export function modesOf(literal: Literal, safe: ReadonlySet<string>, arity: Arity): Modes {
  const binds = literal.negated ? new Set<string>() : bindsOf(literal, safe, arity)
  const needs = new Set<string>()
  for (const name of varsOf(literalTerms(literal)).keys()) {
    if (!safe.has(name) && !binds.has(name)) needs.add(name)
  }
  return { needs, binds }
}

function bindsOf(literal: Literal, safe: ReadonlySet<string>, arity: Arity): Set<string> {
  const known = new Set(safe)
  const { statement } = literal
  for (const term of literalTerms(literal)) addEnumerated(term, known)
  if (statement.kind === 'someIn') {
    if (evaluable(statement.domain, known)) {
      addAll(known, [
        ...(statement.key ? patternVars(statement.key) : []),
        ...patternVars(statement.value),
      ])
    }
  } else if (statement.kind === 'term' && statement.term.kind === 'call') {
    addCallResults(statement.term, known, arity)
  }
  return new Set([...known].filter((name) => !safe.has(name)))
}

function addAll(known: Set<string>, names: readonly string[]): void {
  for (const name of names) known.add(name)
}

/** References bind what is in their brackets, once their head is known. */
function addEnumerated(term: Term, known: Set<string>): void {
  if (term.kind === 'ref' && !evaluable(term.head, known)) return
  if (term.kind === 'ref' || term.kind === 'constant') return addAll(known, enumeratedVars(term))
  for (const child of childrenOf(term)) addEnumerated(child, known)
}

function childrenOf(term: Term): readonly Term[] {
  if (term.kind === 'array' || term.kind === 'set') return term.items
  if (term.kind === 'object') return term.entries.flat()
  return term.kind === 'call' ? term.args : []
}

function addCallResults(call: CallTerm, known: Set<string>, arity: Arity): void {
  const [left, right] = call.args
  if (call.name === 'eq' && left && right) return addUnified(decompose(left, right) ?? [], known)
  if (call.args.length !== (arity(call.name) ?? -1) + 1) return
  const inputs = call.args.slice(0, -1)
  const result = call.args.at(-1)
  if (result && inputs.every((arg) => evaluable(arg, known))) addAll(known, patternVars(result))
}

function addUnified(pairs: readonly Pair[], known: Set<string>): void {
  for (let size = -1; size !== known.size;) {
    size = known.size
    for (const [left, right] of pairs) {
      addEnumerated(left, known)
      addEnumerated(right, known)
      if (evaluable(left, known)) addAll(known, patternVars(right))
      if (evaluable(right, known)) addAll(known, patternVars(left))
    }
  }
}

/** Whether every variable that the term reads is known. */
export function evaluable(term: Term, known: ReadonlySet<string>): boolean {
  if (term.kind === 'var') return known.has(term.name) || roots.has(term.name)
  for (const name of varsOf([term]).keys()) if (!known.has(name)) return false
  return true
}
