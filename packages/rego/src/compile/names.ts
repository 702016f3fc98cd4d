import type { Location } from '../errors.ts'
import { RegoError } from '../errors.ts'
import { constant, isWildcard, variable } from '../syntax/ast.ts'
import type { Module, Term, VarTerm } from '../syntax/ast.ts'

/** What a module can name without qualification: its package's rules and its imports. */
export type Globals = ReadonlyMap<string, readonly string[]>

/** The names declared in a rule, a body or a comprehension, and what they are renamed to. */
export type Scope = {
  readonly parent: Scope | undefined
  readonly globals: Globals
  readonly names: Map<string, string>
  /** Names used here before any declaration. */
  readonly referenced: Set<string>
  readonly counter: { count: number }
  /** What `some` and `every` declare must be used; a scope shares this with those inside. */
  readonly declared: VarTerm[]
}

export function moduleGlobals(module: Module, all: readonly Module[]): Globals {
  const globals = new Map<string, readonly string[]>()
  const pkg = module.package.join('/')
  for (const other of all) {
    if (other.package.join('/') !== pkg) continue
    for (const { head } of other.rules) {
      const [name] = head.ref
      if (name?.kind === 'var') globals.set(name.name, ['data', ...module.package, name.name])
    }
  }
  for (const { path, alias } of module.imports) globals.set(alias, path)
  return globals
}

export function rootScope(globals: Globals, counter: Scope['counter']): Scope {
  return {
    parent: undefined,
    globals,
    names: new Map(),
    referenced: new Set(),
    counter,
    declared: [],
  }
}

export function childScope(parent: Scope): Scope {
  return { ...parent, parent, names: new Map(), referenced: new Set() }
}

export function lookup(scope: Scope, name: string): string | undefined {
  return scope.names.get(name) ?? (scope.parent && lookup(scope.parent, name))
}

/** @throws RegoError `rego_compile_error` when the scope declares or uses the name already. */
export function declare(scope: Scope, name: string, location: Location): void {
  if (isWildcard(name)) return
  const refuse = (what: string): RegoError =>
    new RegoError('rego_compile_error', `var ${name} ${what} above`, { location })
  if (scope.names.has(name)) throw refuse('assigned')
  if (scope.referenced.has(name)) throw refuse('referenced')
  scope.names.set(name, `${name}#${scope.counter.count++}`)
}

export function pathTerm(path: readonly string[], location: Location): Term {
  const [head = '', ...rest] = path
  const root = variable(head, location)
  if (rest.length === 0) return root
  return { kind: 'ref', head: root, path: rest.map((key) => constant(key, location)), location }
}
