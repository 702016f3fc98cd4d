import { children, literalTerms } from '../compile/vars.ts'
import type { Body, CallTerm, Literal, Module, Rule, Term } from '../syntax/ast.ts'
import { keyText } from '../values/json.ts'

/** Every literal of a rule, within comprehensions, `every` and `else` too. */
export function literalsOf(rule: Rule): Literal[] {
  const found: Literal[] = []
  const addBody = (body: Body): void => {
    for (const literal of body) {
      found.push(literal)
      if (literal.statement.kind === 'every') addBody(literal.statement.body)
      for (const term of literalTerms(literal)) addTerm(term)
    }
  }
  const addTerm = (term: Term): void => {
    if (term.kind === 'comprehension') {
      addBody(term.body)
      addTerm(term.head)
    }
    for (const child of children(term)) addTerm(child)
  }
  addTerm(rule.head.member ?? rule.head.value)
  addBody(rule.body)
  for (const branch of rule.otherwise) {
    addTerm(branch.value)
    addBody(branch.body)
  }
  return found
}

/** Every term of a rule: those of its head and of all its literals. */
export function termsOf(rule: Rule): Term[] {
  const found: Term[] = []
  const add = (term: Term): void => {
    found.push(term)
    if (term.kind === 'comprehension') {
      add(term.head)
      if (term.key) add(term.key)
    }
    for (const child of children(term)) add(child)
  }
  add(rule.head.member ?? rule.head.value)
  for (const branch of rule.otherwise) add(branch.value)
  for (const literal of literalsOf(rule)) for (const term of literalTerms(literal)) add(term)
  return found
}

export function callsOf(module: Module): CallTerm[] {
  return module.rules.flatMap((rule) => termsOf(rule).filter((term) => term.kind === 'call'))
}

/** The name of a rule; empty for one that begins with something else. */
export function nameOf({ head }: Rule): string {
  const [first] = head.ref
  if (first?.kind === 'var') return first.name
  return first?.kind === 'constant' && typeof first.value === 'string' ? first.value : ''
}

/** `input.a[i]` as it is written; undefined for what is no plain reference. */
export function pathOf(term: Term): string | undefined {
  if (term.kind === 'var') return term.name
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined
  const keys = term.path.map((key) => {
    if (key.kind === 'constant') return keyText(key.value)
    return key.kind === 'var' ? `[${key.name}]` : undefined
  })
  return keys.includes(undefined) ? undefined : [term.head.name, ...keys].join('.')
}
