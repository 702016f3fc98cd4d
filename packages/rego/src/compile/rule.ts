import type { Location } from '../errors.ts'
import { variable } from '../syntax/ast.ts'
import type {
  Annotations,
  Body,
  ElseBranch,
  Literal,
  Module,
  Rule,
  Term,
  VarTerm,
} from '../syntax/ast.ts'
import { childScope, declare, rootScope } from './names.ts'
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
  /** Variables that `some` and `every` declare. */
  readonly declared: readonly VarTerm[]
  readonly annotations: readonly Annotations[]
  readonly location: Location
}

type Context = {
  readonly module: Module
  readonly globals: Globals
  readonly counter: Scope['counter']
}

export function resolveRule(rule: Rule, { module, globals, counter }: Context): ResolvedRule {
  const { head } = rule
  const scope = rootScope(globals, counter)
  const { args, extras } = declareArgs(head.args ?? [], scope)
  const inner = childScope(scope)
  const body = [...resolveBody(rule.body, inner), ...resolveBody(extras, inner)]
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
    branches: [
      { body, value, location },
      ...rule.otherwise.map((b) => resolveBranch(b, extras, scope)),
    ],
    isDefault: rule.isDefault,
    declared: scope.declared,
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

function resolveBranch(branch: ElseBranch, extras: Body, scope: Scope): Branch {
  const inner = childScope(scope)
  const body = [...resolveBody(branch.body, inner), ...resolveBody(extras, inner)]
  return { body, value: resolveTerm(branch.value, inner), location: branch.location }
}

/** Arguments that compute something become variables, compared in the body to what they compute. */
function declareArgs(args: readonly Term[], scope: Scope): { args: Term[]; extras: Literal[] } {
  const extras: Literal[] = []
  const patterns = args.map((arg) => takeOut(arg, { scope, extras }))
  const seen = new Set<string>()
  for (const pattern of patterns) {
    visitVars(pattern, ({ name, location }) => {
      if (seen.has(name)) return
      seen.add(name)
      declare(scope, name, location)
    })
  }
  return { args: patterns.map((pattern) => resolveTerm(pattern, scope)), extras }
}

type TakeOut = { readonly scope: Scope; readonly extras: Literal[] }

function takeOut(arg: Term, site: TakeOut): Term {
  const { location } = arg
  switch (arg.kind) {
    case 'constant':
    case 'var':
      return arg
    case 'array':
    case 'set':
      return { ...arg, items: arg.items.map((item) => takeOut(item, site)) }
    case 'object':
      return { ...arg, entries: arg.entries.map(([key, value]) => [key, takeOut(value, site)]) }
    default: {
      const name = variable(`~arg${site.scope.counter.count++}`, location)
      const term: Term = {
        kind: 'call',
        name: 'eq',
        operator: undefined,
        args: [name, arg],
        location,
      }
      site.extras.push({
        statement: { kind: 'term', term, location },
        negated: false,
        with: [],
        location,
      })
      return name
    }
  }
}
