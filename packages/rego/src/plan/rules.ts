import type { Branch, ResolvedRule } from '../compile/rule.ts'
import { isFunction, nodeName } from '../compile/tree.ts'
import type { RuleNode } from '../compile/tree.ts'
import { RegoError } from '../errors.ts'
import { createFrame } from '../evaluate/context.ts'
import type { Context, Frame } from '../evaluate/context.ts'
import { extent } from '../evaluate/documents.ts'
import type { Body } from '../syntax/ast.ts'
import { equals } from '../values/compare.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { planBody } from './literals.ts'
import { planMatch } from './match.ts'
import { buildTree, createBuilder, insert, insertMember, merge } from './partial.ts'
import type { Builder } from './partial.ts'
import { chain, closure, temporary } from './planner.ts'
import type { Expr, Link, NodePlan, Planner, Step, Workshop } from './planner.ts'
import { planTerm } from './terms.ts'

type OnResult = (keys: readonly Value[], value: Value) => boolean
/** Runs a rule until a result is answered with true. */
type RunRule = (context: Context, args: readonly Value[], onResult: OnResult) => void

export function createPlanner(workshop: Workshop, rule?: ResolvedRule): Planner {
  return {
    workshop,
    rule,
    slots: new Map(),
    counters: { accumulators: 0, outer: 0, temporaries: 0 },
    bound: new Set(),
    body: (planner: Planner, body: Body): Link[] => planBody(planner, body),
  }
}

export function planNode(node: RuleNode, workshop: Workshop): NodePlan {
  const rules = node.rules.filter(({ isDefault }) => !isDefault)
  const runs = rules.map((rule) => ({ rule, run: planRule(rule, workshop) }))
  const fallback = planDefault(node, workshop)
  const isComplete = node.rules.every(({ kind, keys }) => kind === 'complete' && keys.length === 0)
  const single = (context: Context, args: readonly Value[]): Value | undefined =>
    orElse(oneValue(runs, { context, args, node }), () => fallback(context))
  return {
    call: single,
    document: (context) => {
      if (isComplete) return single(context, [])
      return isFunction(node) ? undefined : partialDocument(node, runs, context)
    },
  }
}

/** Like `??`, but null is a value. */
function orElse(value: Value | undefined, other: () => Value | undefined): Value | undefined {
  return value === undefined ? other() : value
}

function planDefault(node: RuleNode, workshop: Workshop): (context: Context) => Value | undefined {
  const rule = node.rules.find(({ isDefault }) => isDefault)
  const value = rule?.branches[0]?.value
  if (!value) return () => undefined
  const expr = planTerm(value, { planner: createPlanner(workshop, rule), links: [] })
  return (context) => {
    workshop.cover?.(rule.location)
    return expr(createFrame(context, () => true))
  }
}

type Planned = { readonly rule: ResolvedRule; readonly run: RunRule }
type Call = { readonly context: Context; readonly args: readonly Value[]; readonly node: RuleNode }

/** The value that all rules agree on. */
function oneValue(runs: readonly Planned[], { context, args, node }: Call): Value | undefined {
  let result: Value | undefined
  for (const { rule, run } of runs) {
    run(context, args, (_, value) => {
      if (result !== undefined && !equals(result, value)) throw conflict(node, rule)
      result = value
      return hasConstantValue(rule)
    })
  }
  return result
}

function hasConstantValue({ branches }: ResolvedRule): boolean {
  return branches.every(({ value }) => value.kind === 'constant')
}

function conflict(node: RuleNode, { location }: ResolvedRule): RegoError {
  const reason = isFunction(node)
    ? 'functions must not produce multiple outputs for same inputs'
    : 'complete rules must not produce multiple outputs'
  return new RegoError('eval_conflict_error', `${reason} (${nodeName(node)})`, { location })
}

/** Sets and objects that rules build element by element. */
function partialDocument(node: RuleNode, runs: readonly Planned[], context: Context): Value {
  const { meter } = context.run
  if (node.rules.every(({ kind, keys }) => kind === 'set' && keys.length === 0)) {
    const members: Value[] = []
    for (const { run } of runs) {
      run(context, [], (_, value) => {
        meter.tick()
        meter.allocate(32)
        members.push(value)
        return false
      })
    }
    return RegoSet.from(members)
  }
  const builder = createBuilder()
  for (const { rule, run } of runs) runInto(builder, { rule, run }, context)
  mergeChildren(builder, node, context)
  return buildTree(builder)
}

function runInto(builder: Builder, { rule, run }: Planned, context: Context): void {
  const put = rule.kind === 'set' ? insertMember : insert
  run(context, [], (keys, value) => {
    context.run.meter.tick()
    context.run.meter.allocate(48)
    put(builder, { keys, value, location: rule.location })
    return false
  })
}

function mergeChildren(builder: Builder, node: RuleNode, context: Context): void {
  for (const inner of node.children.values()) {
    const value = extent(context, inner, undefined)
    const location = inner.rules[0]?.location
    if (value !== undefined) merge(builder, { keys: [inner.key], value, location })
  }
}

function planRule(rule: ResolvedRule, workshop: Workshop): RunRule {
  const planner = createPlanner(workshop, rule)
  const argSlots = rule.args.map(() => temporary(planner))
  const argLinks = rule.args.flatMap((arg, index) =>
    planMatch(arg, (frame) => frame.slots[argSlots[index] ?? -1], { planner, planTerm }),
  )
  const branches = rule.branches.map((branch) =>
    planBranch(branch, { rule, argLinks, planner: closure(planner) }),
  )
  const { cover } = workshop
  return (context, args, onResult) => {
    let found = false
    const emit = (frame: Frame): boolean => {
      found = true
      cover?.(rule.location)
      return onResult(frame.results, frame.result ?? null)
    }
    for (const run of branches) {
      const frame = createFrame(context, emit)
      for (const [index, slot] of argSlots.entries()) frame.slots[slot] = args[index]
      run(frame)
      if (found) return
    }
  }
}

type BranchSite = {
  readonly rule: ResolvedRule
  readonly argLinks: readonly Link[]
  readonly planner: Planner
}

function planBranch(branch: Branch, { rule, argLinks, planner }: BranchSite): Step {
  const links = [...argLinks, ...planBody(planner, branch.body)]
  const keys: Expr[] = []
  for (const key of rule.keys) {
    keys.push(planTerm(key, { planner, links }))
    if (key.kind === 'var') planner.bound.add(key.name)
  }
  const value = planTerm(branch.value, { planner, links })
  return chain(links, (frame) => {
    const results: Value[] = []
    for (const key of keys) {
      const result = key(frame)
      if (result === undefined) return false
      results.push(result)
    }
    const result = value(frame)
    if (result === undefined) return false
    frame.results = results
    frame.result = result
    return frame.emit(frame)
  })
}
