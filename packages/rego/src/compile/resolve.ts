import { RegoError } from '../errors.ts'
import { isWildcard } from '../syntax/ast.ts'
import type {
  Body,
  CallTerm,
  ComprehensionTerm,
  EveryStatement,
  Literal,
  RefTerm,
  SomeInStatement,
  Term,
  VarTerm,
} from '../syntax/ast.ts'
import { typeName } from '../values/compare.ts'
import { childScope, declare, lookup, pathTerm } from './names.ts'
import type { Scope } from './names.ts'

/** Renames what the body declares, and replaces the names of rules and imports by their paths. */
export function resolveBody(body: Body, scope: Scope): Body {
  return body.flatMap((literal) => resolveLiteral(literal, scope))
}

function resolveLiteral(literal: Literal, scope: Scope): Literal[] {
  const modifiers = literal.with.map((modifier) => ({
    ...modifier,
    target: resolveTerm(modifier.target, scope),
    value: resolveTerm(modifier.value, scope),
  }))
  const { statement } = literal
  switch (statement.kind) {
    case 'some':
      for (const term of statement.names) declareUsed(term, scope)
      return []
    case 'someIn':
      return [{ ...literal, with: modifiers, statement: resolveSomeIn(statement, scope) }]
    case 'every':
      return [{ ...literal, with: modifiers, statement: resolveEvery(statement, scope) }]
    case 'term': {
      const term = resolveStatement(statement.term, scope)
      return [{ ...literal, with: modifiers, statement: { ...statement, term } }]
    }
  }
}

function resolveStatement(term: Term, scope: Scope): Term {
  if (term.kind !== 'call' || term.name !== 'assign' || term.operator)
    return resolveTerm(term, scope)
  const [target, source] = term.args
  if (!target || !source) return term
  const right = resolveTerm(source, scope)
  declarePattern(target, scope)
  return { ...term, name: 'eq', args: [resolveTerm(target, scope), right] }
}

/** The variables that `:=` and `some … in` declare, wherever they stand in the pattern. */
export function declarePattern(target: Term, scope: Scope): void {
  for (const { name, location } of patternVars(target)) {
    if (!scope.names.has(name) || target.kind === 'var') declare(scope, name, location)
  }
}

function patternVars(target: Term): VarTerm[] {
  switch (target.kind) {
    case 'var':
      return [target]
    case 'array':
      return target.items.flatMap(patternVars)
    case 'object':
      return target.entries.flatMap(([, value]) => patternVars(value))
    default: {
      const what = describe(target)
      const location = target.location
      throw new RegoError('rego_compile_error', `cannot assign to ${what}`, { location })
    }
  }
}

function describe(term: Term): string {
  if (term.kind === 'constant') return typeName(term.value)
  return term.kind === 'comprehension' ? `${term.shape} comprehension` : term.kind
}

function resolveSomeIn(statement: SomeInStatement, scope: Scope): SomeInStatement {
  const domain = resolveTerm(statement.domain, scope)
  const bound = [statement.key, statement.value].flatMap((term) => (term ? boundVars(term) : []))
  for (const term of new Map(bound.map((each) => [each.name, each])).values()) {
    declare(scope, term.name, term.location)
  }
  const key = statement.key && resolveTerm(statement.key, scope)
  return { ...statement, key, value: resolveTerm(statement.value, scope), domain }
}

/** Only variables are declared; references inside the pattern are looked up. */
function boundVars(term: Term): VarTerm[] {
  switch (term.kind) {
    case 'var':
      return [term]
    case 'array':
    case 'set':
      return term.items.flatMap(boundVars)
    case 'object':
      return term.entries.flatMap(([, value]) => boundVars(value))
    default:
      return []
  }
}

function resolveEvery(statement: EveryStatement, scope: Scope): EveryStatement {
  const domain = resolveTerm(statement.domain, scope)
  const inner = childScope(scope)
  for (const term of [statement.key, statement.value]) if (term) declareUsed(term, inner)
  const key = statement.key && renamed(statement.key, inner)
  const value = renamed(statement.value, inner)
  return { ...statement, key, value, domain, body: resolveBody(statement.body, childScope(inner)) }
}

function declareUsed(term: VarTerm, scope: Scope): void {
  declare(scope, term.name, term.location)
  if (!isWildcard(term.name)) scope.declared.push(renamed(term, scope))
}

function renamed(term: VarTerm, scope: Scope): VarTerm {
  return { ...term, name: lookup(scope, term.name) ?? term.name }
}

export function resolveTerm(term: Term, scope: Scope): Term {
  switch (term.kind) {
    case 'constant':
      return term
    case 'var':
      return resolveVar(term, scope)
    case 'ref':
      return resolveRef(term, scope)
    case 'array':
    case 'set':
      return { ...term, items: term.items.map((item) => resolveTerm(item, scope)) }
    case 'object':
      return {
        ...term,
        entries: term.entries.map(([k, v]) => [resolveTerm(k, scope), resolveTerm(v, scope)]),
      }
    case 'comprehension':
      return resolveComprehension(term, scope)
    case 'call':
      return resolveCall(term, scope)
    case 'template':
      return {
        ...term,
        parts: term.parts.flatMap((part): (string | Literal)[] =>
          typeof part === 'string' ? [part] : resolveLiteral(part, scope),
        ),
      }
  }
}

function resolveVar(term: VarTerm, scope: Scope): Term {
  const local = lookup(scope, term.name)
  if (local !== undefined) return { ...term, name: local }
  const path = scope.globals.get(term.name)
  if (path) return pathTerm(path, term.location)
  scope.referenced.add(term.name)
  return term
}

function resolveRef(term: RefTerm, scope: Scope): Term {
  const head = resolveTerm(term.head, scope)
  const path = term.path.map((key) => resolveTerm(key, scope))
  if (head.kind === 'ref')
    return { ...head, path: [...head.path, ...path], location: term.location }
  return { ...term, head, path }
}

function resolveComprehension(term: ComprehensionTerm, scope: Scope): ComprehensionTerm {
  const inner = childScope(scope)
  const body = resolveBody(term.body, inner)
  const key = term.key && resolveTerm(term.key, inner)
  return { ...term, key, head: resolveTerm(term.head, inner), body }
}

function resolveCall(term: CallTerm, scope: Scope): CallTerm {
  const args = term.args.map((arg) => resolveTerm(arg, scope))
  if (!term.operator) {
    if (term.name !== 'assign') return { ...term, args }
    const location = term.location
    throw new RegoError('rego_compile_error', 'assignment must be a statement', { location })
  }
  const [head = '', ...rest] = term.name.split('.')
  const path = lookup(scope, head) === undefined ? scope.globals.get(head) : undefined
  return { ...term, args, name: path ? [...path, ...rest].join('.') : term.name }
}
