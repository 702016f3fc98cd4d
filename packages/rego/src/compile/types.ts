import { RegoError } from '../errors.ts'
import type { Body, CallTerm, Literal, Term } from '../syntax/ast.ts'
import { typeName } from '../values/compare.ts'
import type { TypeName } from '../values/value.ts'
import type { ResolvedRule } from './rule.ts'
import { literalTerms, visitClosures } from './vars.ts'

/** What an operand may be; `items` is what the elements of a collection may be. */
export type Type = {
  readonly any: boolean
  readonly names: readonly TypeName[]
  readonly items: ReadonlyMap<TypeName, Type>
}

export type Signature = { readonly args: readonly Type[]; readonly result: Type }

export type BuiltinTypes = ReadonlyMap<string, Signature>

/** The types that a term is known to have; undefined when nothing is known. */
type Known = readonly TypeName[] | undefined
type Env = Map<string, Known>

/** Finds calls and comparisons that can never hold, from what constants and built-ins tell. */
export function checkTypes(rule: ResolvedRule, builtins: BuiltinTypes): RegoError[] {
  const errors: RegoError[] = []
  const checker = { builtins, errors }
  for (const branch of rule.branches) checkBody(branch.body, new Map(), checker)
  return errors
}

type Checker = { readonly builtins: BuiltinTypes; readonly errors: RegoError[] }

function checkBody(body: Body, env: Env, checker: Checker): void {
  for (const literal of body) {
    checkLiteral(literal, env, checker)
    // As in OPA, what `every` demands is not looked at.
    for (const term of literalTerms(literal)) {
      visitClosures(term, (inner) => checkBody(inner, new Map(env), checker))
    }
  }
}

function checkLiteral({ statement, with: modifiers }: Literal, env: Env, checker: Checker): void {
  if (statement.kind !== 'term' || statement.term.kind !== 'call' || modifiers.length > 0) return
  const { term } = statement
  const isEquation = (term.name === 'eq' || term.name === 'equal') && term.args.length === 2
  if (isEquation) return checkEqual(term, env, checker)
  const signature = checker.builtins.get(term.name)
  if (signature) checkCall(term, signature, { env, checker })
}

function checkEqual({ args, location }: CallTerm, env: Env, { errors }: Checker): void {
  const [left, right] = args
  if (!left || !right) return
  const [a, b] = [typeOf(left, env), typeOf(right, env)]
  if (a && b && !a.some((name) => b.includes(name))) {
    errors.push(
      new RegoError('rego_type_error', `match error: ${a.join()} and ${b.join()}`, { location }),
    )
  }
  if (left.kind === 'var' && b) env.set(left.name, b)
  if (right.kind === 'var' && a) env.set(right.name, a)
}

type Site = { readonly env: Env; readonly checker: Checker }

function checkCall(call: CallTerm, signature: Signature, { env, checker }: Site): void {
  const fits = signature.args.every((type, index) => {
    const arg = call.args[index]
    const known = arg && typeOf(arg, env)
    return type.any || !known || known.some((name) => type.names.includes(name))
  })
  const { location } = call
  if (!fits)
    checker.errors.push(
      new RegoError('rego_type_error', `${call.name}: invalid argument(s)`, { location }),
    )
  const result = call.args[signature.args.length]
  if (result?.kind === 'var' && !signature.result.any) env.set(result.name, signature.result.names)
}

function typeOf(term: Term, env: Env): Known {
  switch (term.kind) {
    case 'constant':
      return [typeName(term.value)]
    case 'array':
    case 'set':
    case 'object':
      return [term.kind]
    case 'comprehension':
      return [term.shape]
    case 'template':
      return ['string']
    case 'var':
      return env.get(term.name)
    default:
      return undefined
  }
}
