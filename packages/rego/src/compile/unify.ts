import type { Term } from '../syntax/ast.ts'
import { equals } from '../values/compare.ts'
import { children } from './vars.ts'

/** Two terms of which `=` makes one. */
export type Pair = readonly [Term, Term]

/**
 * Takes collections of the same shape apart, so that `[x, 1] = [2, y]` is `x = 2; 1 = y`.
 * Undefined when the shapes can never be equal.
 */
export function decompose(left: Term, right: Term): Pair[] | undefined {
  if (left.kind === 'array' && right.kind === 'array') {
    if (left.items.length !== right.items.length) return undefined
    return flatten(left.items.map((item, i) => [item, right.items[i] ?? item]))
  }
  if (left.kind === 'object' && right.kind === 'object') return decomposeObjects(left, right)
  return [[left, right]]
}

function flatten(pairs: readonly Pair[]): Pair[] | undefined {
  const all: Pair[] = []
  for (const [left, right] of pairs) {
    const inner = decompose(left, right)
    if (!inner) return undefined
    all.push(...inner)
  }
  return all
}

type ObjectTerm = Extract<Term, { kind: 'object' }>

function decomposeObjects(left: ObjectTerm, right: ObjectTerm): Pair[] | undefined {
  const constantKeys = [...left.entries, ...right.entries].every(([key]) => key.kind === 'constant')
  if (!constantKeys) return [[left, right]]
  if (left.entries.length !== right.entries.length) return undefined
  const pairs: Pair[] = []
  for (const [key, value] of left.entries) {
    const other = right.entries.find(([candidate]) => sameConstant(key, candidate))
    if (!other) return undefined
    pairs.push([value, other[1]])
  }
  return flatten(pairs)
}

function sameConstant(a: Term, b: Term): boolean {
  return a.kind === 'constant' && b.kind === 'constant' && equals(a.value, b.value)
}

/** What a term can bind when it is matched against a value: variables outside of references. */
export function patternVars(term: Term): string[] {
  switch (term.kind) {
    case 'var':
      return [term.name]
    case 'array':
      return term.items.flatMap(patternVars)
    case 'object':
      return term.entries.flatMap(([, value]) => patternVars(value))
    default:
      return []
  }
}

/** What evaluating a term binds by enumeration: variables in the brackets of references. */
export function enumeratedVars(term: Term): string[] {
  if (term.kind !== 'ref') return children(term).flatMap(enumeratedVars)
  const inBrackets = term.path.flatMap((key) => [...patternVars(key), ...enumeratedVars(key)])
  return [...inBrackets, ...enumeratedVars(term.head)]
}
