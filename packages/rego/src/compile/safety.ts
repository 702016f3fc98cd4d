import { RegoError } from '../errors.ts'
import { isWildcard } from '../syntax/ast.ts'
import type { Body, Literal, Term, VarTerm } from '../syntax/ast.ts'
import { modesOf } from './bindings.ts'
import type { Arity } from './bindings.ts'
import { children, closureVars, literalTerms, varsOf } from './vars.ts'

export type Safety = { readonly arity: Arity; readonly errors: RegoError[] }

/**
 * Puts the literals of a body, and of the closures within, in an order in which each finds its
 * variables bound. What cannot be bound in any order is an error.
 */
export function orderBody(body: Body, safe: ReadonlySet<string>, safety: Safety): Body {
  const direct = varsOf(body.flatMap(literalTerms))
  const known = new Set(safe)
  const ordered: Literal[] = []
  let waiting = [...body]
  for (let progress = true; progress;) {
    const before = waiting.length
    waiting = waiting.filter((literal) => {
      const binds = ready(literal, { known, direct, arity: safety.arity })
      if (!binds) return true
      ordered.push(
        orderClosures(literal, union(known, literal.negated ? new Set() : binds), safety),
      )
      for (const name of binds) known.add(name)
      return false
    })
    progress = waiting.length < before
  }
  for (const literal of waiting) report(literal, { known, direct }, safety)
  return ordered
}

type State = {
  readonly known: ReadonlySet<string>
  readonly direct: ReadonlyMap<string, VarTerm>
  readonly arity: Arity
}

/** What the literal binds, or undefined if it must wait. */
function ready(literal: Literal, { known, direct, arity }: State): ReadonlySet<string> | undefined {
  for (const name of closureVars(literal).keys()) {
    if (direct.has(name) && !known.has(name)) return undefined
  }
  const { needs, binds } = modesOf(literal, known, arity)
  return needs.size === 0 ? binds : undefined
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return b.size === 0 ? a : new Set([...a, ...b])
}

function report(literal: Literal, { known, direct }: Omit<State, 'arity'>, safety: Safety): void {
  const { needs } = modesOf(literal, known, safety.arity)
  const vars = new Map([...varsOf(literalTerms(literal))].filter(([name]) => needs.has(name)))
  for (const [name, term] of closureVars(literal)) {
    if (direct.has(name) && !known.has(name)) vars.set(name, term)
  }
  for (const term of vars.values()) safety.errors.push(unsafe(term))
}

export function unsafe({ name, location }: VarTerm): RegoError {
  return new RegoError('rego_unsafe_var_error', `var ${shownName(name)} is unsafe`, { location })
}

function shownName(name: string): string {
  return isWildcard(name) || name.startsWith('~') ? '_' : name.replace(/#\d+$/, '')
}

function orderClosures(literal: Literal, known: ReadonlySet<string>, safety: Safety): Literal {
  const order = (term: Term): Term => orderTerm(term, known, safety)
  const modifiers = literal.with.map((m) => ({ ...m, value: order(m.value) }))
  const { statement } = literal
  switch (statement.kind) {
    case 'term':
      return {
        ...literal,
        with: modifiers,
        statement: { ...statement, term: order(statement.term) },
      }
    case 'someIn':
      return {
        ...literal,
        with: modifiers,
        statement: { ...statement, domain: order(statement.domain) },
      }
    case 'every': {
      const own = statement.key
        ? [statement.key.name, statement.value.name]
        : [statement.value.name]
      const body = orderBody(statement.body, union(known, new Set(own)), safety)
      const domain = order(statement.domain)
      return { ...literal, with: modifiers, statement: { ...statement, domain, body } }
    }
    case 'some':
      return literal
  }
}

/** Orders the bodies of the comprehensions in a term and checks their heads. */
export function orderTerm(term: Term, known: ReadonlySet<string>, safety: Safety): Term {
  switch (term.kind) {
    case 'comprehension':
      return orderComprehension(term, known, safety)
    case 'ref':
      return {
        ...term,
        head: orderTerm(term.head, known, safety),
        path: term.path.map((key) => orderTerm(key, known, safety)),
      }
    case 'array':
    case 'set':
      return { ...term, items: term.items.map((item) => orderTerm(item, known, safety)) }
    case 'object':
      return {
        ...term,
        entries: term.entries.map(([k, v]) => [
          orderTerm(k, known, safety),
          orderTerm(v, known, safety),
        ]),
      }
    case 'call':
      return { ...term, args: term.args.map((arg) => orderTerm(arg, known, safety)) }
    default:
      return term
  }
}

function orderComprehension(
  term: Extract<Term, { kind: 'comprehension' }>,
  known: ReadonlySet<string>,
  safety: Safety,
): Term {
  const body = orderBody(term.body, known, safety)
  const bound = boundBy(body, known, safety.arity)
  const heads = term.key ? [term.key, term.head] : [term.head]
  checkHeads(heads, bound, safety)
  const [key, head] = [
    term.key && orderTerm(term.key, bound, safety),
    orderTerm(term.head, bound, safety),
  ]
  return { ...term, key, head, body }
}

/** What is known after an ordered body. */
export function boundBy(body: Body, known: ReadonlySet<string>, arity: Arity): ReadonlySet<string> {
  const bound = new Set(known)
  for (const literal of body) {
    for (const name of modesOf(literal, bound, arity).binds) bound.add(name)
  }
  return bound
}

/** The variables of heads must be bound, save those that brackets enumerate. */
export function checkHeads(
  heads: readonly Term[],
  bound: ReadonlySet<string>,
  safety: Safety,
): void {
  for (const head of heads) checkHead(head, bound, safety)
}

function checkHead(term: Term, bound: ReadonlySet<string>, safety: Safety): void {
  if (term.kind === 'ref') return checkRefHead(term, bound, safety)
  if (term.kind === 'var') {
    for (const found of varsOf([term]).values())
      if (!bound.has(found.name)) safety.errors.push(unsafe(found))
  }
  for (const child of children(term)) checkHead(child, bound, safety)
}

function checkRefHead(
  term: Extract<Term, { kind: 'ref' }>,
  bound: ReadonlySet<string>,
  safety: Safety,
): void {
  checkHead(term.head, bound, safety)
  for (const key of term.path) if (key.kind !== 'var') checkHead(key, bound, safety)
}
