import { find } from '../compile/tree.ts'
import type { RuleNode } from '../compile/tree.ts'
import { RegoError } from '../errors.ts'
import { replaceAt } from '../evaluate/access.ts'
import { derive } from '../evaluate/context.ts'
import type { Context, Frame, Mock } from '../evaluate/context.ts'
import type { Term, With } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import { chain } from './planner.ts'
import type { Expr, Link, Planner, Step } from './planner.ts'
import { planTerm } from './terms.ts'

/** Changes a context, or yields undefined when the new value is undefined. */
type Change = (context: Context, frame: Frame) => Context | undefined

/**
 * Runs `literal` in a changed context, and what follows it in the context from before. The values
 * are computed before the literal is planned: they see the old context.
 */
export function planWith(
  modifiers: readonly With[],
  planner: Planner,
  literal: () => Link[],
): Link[] {
  const changes = modifiers.map((modifier) => planChange(modifier, planner))
  const links = literal()
  const index = planner.counters.outer++
  return [
    (next) => {
      const run = chain(links, leave(index, next))
      return (frame) => {
        const outer = frame.context
        const context = changeAll(changes, frame)
        if (!context) return false
        const before = frame.outer[index]
        frame.outer[index] = outer
        frame.context = context
        const stop = run(frame)
        frame.context = outer
        if (before) frame.outer[index] = before
        return stop
      }
    },
  ]
}

function leave(index: number, next: Step): Step {
  return (frame) => {
    const inner = frame.context
    frame.context = frame.outer[index] ?? inner
    const stop = next(frame)
    frame.context = inner
    return stop
  }
}

function changeAll(changes: readonly Change[], frame: Frame): Context | undefined {
  let context: Context | undefined = derive(frame.context, {})
  for (const change of changes) context = context && change(context, frame)
  return context
}

function planChange({ target, value, replacement }: With, planner: Planner): Change {
  const path = targetPath(target)
  const [root, ...rest] = path
  if (root === 'input') return inputChange(rest, planValue(value, planner))
  const { program } = planner.workshop
  const name = path.join('.')
  if (program.arity(name) !== undefined) {
    if (replacement) return mockChange(name, () => ({ kind: 'function', name: replacement }))
    const expr = planValue(value, planner)
    return mockChange(name, (frame) => valueMock(expr(frame)))
  }
  if (root === 'data') return dataChange(program.root, rest, planValue(value, planner))
  throw new RegoError('rego_type_error', `undefined function ${name}`, target)
}

function targetPath(target: Term): string[] {
  if (target.kind === 'var') return [target.name]
  if (target.kind !== 'ref') return []
  const keys = target.path.map((key) => {
    if (key.kind === 'constant' && typeof key.value === 'string') return key.value
    throw new RegoError('rego_type_error', 'with keyword target must be a path of names', target)
  })
  return [...targetPath(target.head), ...keys]
}

function planValue(value: Term, planner: Planner): Expr {
  return planTerm(value, { planner, links: [] })
}

function inputChange(path: readonly string[], expr: Expr): Change {
  return (context, frame) => {
    const value = expr(frame)
    if (value === undefined) return undefined
    return { ...context, input: replaceAt(context.input, path, value) }
  }
}

function dataChange(root: RuleNode, path: readonly Value[], expr: Expr): Change {
  const node = find(root, path)
  return (context, frame) => {
    const value = expr(frame)
    if (value === undefined) return undefined
    const hidden = node ? new Set([...context.hidden, node]) : context.hidden
    return { ...context, hidden, data: replaceAt(context.data, path, value) }
  }
}

function mockChange(name: string, mockOf: (frame: Frame) => Mock | undefined): Change {
  return (context, frame) => {
    const mock = mockOf(frame)
    return mock && { ...context, mocks: new Map([...context.mocks, [name, mock]]) }
  }
}

function valueMock(value: Value | undefined): Mock | undefined {
  return value === undefined ? undefined : { kind: 'value', value }
}
