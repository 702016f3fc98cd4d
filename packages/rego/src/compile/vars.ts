import type { Body, Literal, RefTerm, Statement, Term, VarTerm } from '../syntax/ast.ts'

type OnVar = (term: VarTerm) => void
type OnClosure = (body: Body, heads: readonly Term[]) => void

export const roots: ReadonlySet<string> = new Set(['data', 'input'])

/** The terms that a term is made of, without the bodies of comprehensions. */
export function children(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'ref':
      return [term.head, ...term.path]
    case 'array':
    case 'set':
      return term.items
    case 'object':
      return term.entries.flat()
    case 'call':
      return term.args
    default:
      return []
  }
}

/** Variables outside of closures; `data` and `input` are not variables unless shadowed. */
export function visitVars(term: Term, onVar: OnVar): void {
  if (term.kind === 'var') {
    if (!roots.has(term.name)) onVar(term)
    return
  }
  for (const child of children(term)) visitVars(child, onVar)
}

/** Comprehensions, at any depth but not within each other. */
export function visitClosures(term: Term, onClosure: OnClosure): void {
  if (term.kind === 'comprehension') {
    onClosure(term.body, term.key ? [term.key, term.head] : [term.head])
  }
  for (const child of children(term)) visitClosures(child, onClosure)
}

export function statementTerms(statement: Statement): readonly Term[] {
  switch (statement.kind) {
    case 'term':
      return [statement.term]
    case 'some':
      return statement.names
    case 'someIn':
      return [...(statement.key ? [statement.key] : []), statement.value, statement.domain]
    case 'every':
      return [statement.domain]
  }
}

export function literalTerms(literal: Literal): readonly Term[] {
  return [...statementTerms(literal.statement), ...literal.with.map(({ value }) => value)]
}

export function varsOf(terms: readonly Term[]): Map<string, VarTerm> {
  const vars = new Map<string, VarTerm>()
  for (const term of terms) visitVars(term, (found) => vars.set(found.name, found))
  return vars
}

/** Every variable in the closures of a literal, whatever their depth. */
export function closureVars(literal: Literal): Map<string, VarTerm> {
  const vars = new Map<string, VarTerm>()
  const collect = (body: Body, heads: readonly Term[]): void => {
    for (const [name, term] of varsOf(heads)) vars.set(name, term)
    for (const head of heads) visitClosures(head, collect)
    for (const inner of body) collectLiteral(inner)
  }
  const collectLiteral = (inner: Literal): void => {
    for (const [name, term] of varsOf(literalTerms(inner))) vars.set(name, term)
    closuresOf(inner, collect)
  }
  closuresOf(literal, collect)
  return vars
}

export function closuresOf(literal: Literal, onClosure: OnClosure): void {
  for (const term of literalTerms(literal)) visitClosures(term, onClosure)
  const { statement } = literal
  if (statement.kind === 'every') {
    onClosure(statement.body, statement.key ? [statement.key, statement.value] : [statement.value])
  }
}

/** Visits every reference, closures included. */
export function visitRefs(term: Term, onRef: (ref: RefTerm) => void): void {
  if (term.kind === 'ref') onRef(term)
  for (const child of children(term)) visitRefs(child, onRef)
}
