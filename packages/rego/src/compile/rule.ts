import type { Location } from '../errors.ts'
import type { Annotations, Body, Module, Rule, Term } from '../syntax/ast.ts'
import { childScope, declare, lookup, rootScope } from './names.ts'
import type { Globals, Scope } from './names.ts'
import { resolveBody, resolveTerm } from './resolve.ts'
import { visitVars } from './vars.ts'

/** One way to a value: the body, and what the head computes once the body holds. */
export type Branch = {
  readonly body: Body
  readonly value: Term
  readonly location: Location
}

/** A rule whose names are resolved. `data` followed by `path` and `keys` is what it defines. */
export type ResolvedRule = {
  readonly kind: 'complete' | 'set' | 'object' | 'function'
  readonly module: Module
  /** The constant part of the path, package included. */
  readonly path: readonly Term[]
  /** What follows from the first variable on. */
  readonly keys: readonly Term[]
  readonly args: readonly Term[]
  /** The first branch, followed by those of `else`; a partial set's value is its member. */
  readonly branches: readonly Branch[]
  readonly isDefault: boolean
  readonly annotations: readonly Annotations[]
  readonly location: Location
}

type Context = { readonly module: Module; readonly globals: Globals; readonly counter: Scope['counter'] }

export function resolveRule(rule: Rule, { module, globals, counter }: Context): ResolvedRule {
  const { head } = rule
  const scope = rootScope(globals, counter)
  const args = declareArgs(head.args ?? [], scope)
  const inner = childScope(scope)
  const body = resolveBody(rule.body, inner)
  const [name, ...rest] = head.ref
  const ref = [...(name ? [nameTerm(name)] : []), ...rest.map((key) => resolveTerm(key, inner))]
  const split = ref.findIndex((key) => key.kind !== 'constant')
  const keys = split < 0 ? [] : ref.slice(split)
  const own = split < 0 ? ref : ref.slice(0, split)
  const value = resolveTerm(head.member ?? head.value, inner)
  const location = rule.location
  return {
    kind: kindOf(rule, keys),
    module,
    path: [...module.package.map((key) => constantKey(key, location)), ...own],
    keys,
    args,
    branches: [{ body, value, location }, ...rule.otherwise.map((b) => resolveBranch(b, scope))],
    isDefault: rule.isDefault,
    annotations: rule.annotations,
    location,
  }
}

function kindOf({ head }: Rule, keys: readonly Term[]): ResolvedRule['kind'] {
  if (head.args) return 'function'
  if (head.member) return 'set'
  return keys.length > 0 ? 'object' : 'complete'
}

function nameTerm(term: Term): Term {
  return term.kind === 'var' ? constantKey(term.name, term.location) : term
}

function constantKey(value: string, location: Location): Term {
  return { kind: 'constant', value, location }
}

function resolveBranch(branch: Rule['otherwise'][number], scope: Scope): Branch {
  const inner = childScope(scope)
  const body = resolveBody(branch.body, inner)
  return { body, value: resolveTerm(branch.value, inner), location: branch.location }
}

function declareArgs(args: readonly Term[], scope: Scope): Term[] {
  const seen = new Set<string>()
  for (const arg of args) {
    visitVars(arg, ({ name, location }) => {
      if (seen.has(name) || lookup(scope, name) !== undefined) return
      seen.add(name)
      if (!scope.globals.has(name) || arg.kind !== 'ref') declare(scope, name, location)
    })
  }
  return args.map((arg) => resolveTerm(arg, scope))
}
