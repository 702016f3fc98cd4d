import type { Location } from '../errors.ts'
import type { Value } from '../values/value.ts'

type Node<Kind extends string> = { readonly kind: Kind; readonly location: Location }

export type ConstantTerm = Node<'constant'> & { readonly value: Value }
export type VarTerm = Node<'var'> & { readonly name: string }
/** `head[path…]`; a dotted name is a path of string constants. */
export type RefTerm = Node<'ref'> & { readonly head: Term; readonly path: readonly Term[] }
export type ArrayTerm = Node<'array'> & { readonly items: readonly Term[] }
export type SetTerm = Node<'set'> & { readonly items: readonly Term[] }
export type ObjectTerm = Node<'object'> & { readonly entries: readonly (readonly [Term, Term])[] }
/** `{key: head | body}`; only an object comprehension has a key. */
export type ComprehensionTerm = Node<'comprehension'> & {
  readonly shape: 'array' | 'set' | 'object'
  readonly key: Term | undefined
  readonly head: Term
  readonly body: Body
}
/** `operator` is the source of the name, absent for infix operators: `a + b` is `plus(a, b)`. */
export type CallTerm = Node<'call'> & {
  readonly name: string
  readonly operator: Term | undefined
  readonly args: readonly Term[]
}
/** `$"text {expression} text"` */
export type TemplateTerm = Node<'template'> & { readonly parts: readonly (string | Literal)[] }

export type Term =
  | ConstantTerm
  | VarTerm
  | RefTerm
  | ArrayTerm
  | SetTerm
  | ObjectTerm
  | ComprehensionTerm
  | CallTerm
  | TemplateTerm

export type With = {
  readonly target: Term
  readonly value: Term
  /** The function that takes the place of the target, found by the compiler. */
  readonly replacement?: string
  readonly location: Location
}

export type TermStatement = Node<'term'> & { readonly term: Term }
/** `some x, y` */
export type SomeStatement = Node<'some'> & { readonly names: readonly VarTerm[] }
/** `some key, value in domain` */
export type SomeInStatement = Node<'someIn'> & {
  readonly key: Term | undefined
  readonly value: Term
  readonly domain: Term
}
/** `every key, value in domain { body }` */
export type EveryStatement = Node<'every'> & {
  readonly key: VarTerm | undefined
  readonly value: VarTerm
  readonly domain: Term
  readonly body: Body
}

export type Statement = TermStatement | SomeStatement | SomeInStatement | EveryStatement

export type Literal = {
  readonly statement: Statement
  readonly negated: boolean
  readonly with: readonly With[]
  readonly location: Location
}

export type Body = readonly Literal[]

export type RuleHead = {
  /** The first element is the name, the rest what follows it in dots and brackets. */
  readonly ref: readonly Term[]
  readonly args: readonly Term[] | undefined
  /** The member of a partial set (`contains`). */
  readonly member: Term | undefined
  readonly value: Term
  /** Whether the value is given with `:=`. */
  readonly assign: boolean
  readonly location: Location
}

export type Rule = {
  readonly head: RuleHead
  readonly body: Body
  readonly otherwise: readonly ElseBranch[]
  readonly isDefault: boolean
  readonly annotations: readonly Annotations[]
  readonly location: Location
}

export type ElseBranch = {
  readonly value: Term
  readonly assign: boolean
  readonly body: Body
  readonly location: Location
}

export type Import = {
  readonly path: readonly string[]
  readonly alias: string
  /** Whether `as` gives the alias. */
  readonly isNamed: boolean
  readonly location: Location
}

export type Annotations = { readonly scope: string; readonly value: Value }

export type Module = {
  readonly file: string
  /** `v1` also for older modules that import it. */
  readonly version: Version
  readonly package: readonly string[]
  readonly packageAnnotations: readonly Annotations[]
  readonly imports: readonly Import[]
  readonly rules: readonly Rule[]
}

export type Version = 'v0' | 'v1'

export function constant(value: Value, location: Location): ConstantTerm {
  return { kind: 'constant', value, location }
}

export function variable(name: string, location: Location): VarTerm {
  return { kind: 'var', name, location }
}

/** Names that nobody can write stand for `_`. */
export function isWildcard(name: string): boolean {
  return name.startsWith('$')
}
