import { callBuiltin } from '../builtins/call.ts'
import type { Builtin } from '../builtins/registry.ts'
import { find } from '../compile/tree.ts'
import { RegoError } from '../errors.ts'
import type { Location } from '../errors.ts'
import { derive } from '../evaluate/context.ts'
import type { Context, Frame, Mock } from '../evaluate/context.ts'
import type { CallTerm } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import { metadataOf } from './metadata.ts'
import type { Expr, NodePlan, Planner, Workshop } from './planner.ts'

type Callee = (context: Context, args: readonly Value[]) => Value | undefined

/** The value of a call whose arguments are planned. */
export function planCall(call: CallTerm, args: readonly Expr[], planner: Planner): Expr {
  const constant = metadataOf(call.name, planner.rule)
  if (constant !== undefined) return () => constant
  const callee = calleeOf(call.name, planner.workshop, call.location)
  const { name } = call
  return (frame) => {
    const values = evaluateAll(args, frame)
    if (!values) return undefined
    const { context } = frame
    context.run.meter.tick()
    const mock = context.mocks.size > 0 ? context.mocks.get(name) : undefined
    return mock
      ? callMock(mock, values, { context, workshop: planner.workshop, location: call.location })
      : callee(context, values)
  }
}

function evaluateAll(args: readonly Expr[], frame: Frame): Value[] | undefined {
  const values: Value[] = []
  for (const arg of args) {
    const value = arg(frame)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

export function calleeOf(name: string, workshop: Workshop, location: Location): Callee {
  if (!name.startsWith('data.')) return builtinCallee(builtinNamed(name, workshop), location)
  const node = find(workshop.program.root, name.split('.').slice(1))
  if (!node) throw new RegoError('rego_type_error', `undefined function ${name}`, { location })
  let plan: NodePlan | undefined
  return (context, args) => {
    plan ??= workshop.planOf(node)
    return plan.call(context, args)
  }
}

export function builtinNamed(name: string, { registry }: Workshop): Builtin {
  const builtin = registry.get(name)
  if (!builtin) throw new RegoError('rego_type_error', `undefined function ${name}`)
  return builtin
}

function builtinCallee(builtin: Builtin, location: Location): Callee {
  return (context, args) => callBuiltin(builtin, args, { run: context.run, location })
}

type MockSite = {
  readonly context: Context
  readonly workshop: Workshop
  readonly location: Location
}

/** What stands in for a function calls the true functions. */
function callMock(mock: Mock, args: readonly Value[], site: MockSite): Value | undefined {
  if (mock.kind === 'value') return mock.value
  const context = derive(site.context, { mocks: new Map() })
  return calleeOf(mock.name, site.workshop, site.location)(context, args)
}
