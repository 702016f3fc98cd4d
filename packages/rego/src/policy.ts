import { createRegistry } from './builtins/all.ts'
import { Pending, settle } from './builtins/pending.ts'
import type { Builtin } from './builtins/registry.ts'
import { compileModules, compileQuery } from './compile/program.ts'
import type { RuleNode } from './compile/tree.ts'
import { RegoError } from './errors.ts'
import type { Location } from './errors.ts'
import { createMeter } from './evaluate/budget.ts'
import type { Budget } from './evaluate/budget.ts'
import type { Context, Run } from './evaluate/context.ts'
import type { Host } from './host.ts'
import type { NodePlan, Workshop } from './plan/planner.ts'
import { planQuery } from './plan/query.ts'
import type { QueryPlan } from './plan/query.ts'
import { planNode } from './plan/rules.ts'
import type { Version } from './syntax/ast.ts'
import { parseModule, parseQuery } from './syntax/parse-module.ts'
import { fromJson } from './values/json.ts'
import { RegoObject } from './values/object.ts'
import type { Value } from './values/value.ts'

export type CompileInput = {
  /** Sources by the name that errors show. */
  readonly modules: Readonly<Record<string, string>>
  /** The language of modules that do not import `rego.v1`; `v1` by default. */
  readonly version?: Version
  /** Functions besides those of the language, see `define`. */
  readonly builtins?: readonly Builtin[]
  /** Names of functions of the language that the modules may not use. */
  readonly without?: readonly string[]
  /** Whether calls of `print` are kept; they are dropped by default. */
  readonly print?: boolean
  /** Told where evaluations come to, see `coverage.ts`. */
  readonly cover?: (location: Location) => void
}

export type EvaluateInput = {
  /** A body such as `data.main.deny[x]`; its variables are the bindings of the results. */
  readonly query?: string
  /** The path of a document, such as `main/result`; the one result has it as `value`. */
  readonly entrypoint?: string
  /** Anything with a JSON form, or a `Value`; see `parseJson` for exact numbers. */
  readonly input?: unknown
  readonly data?: unknown
  readonly budget?: Budget
  readonly host?: Host
  /** Whether the failure of a built-in function ends the evaluation instead of being undefined. */
  readonly strictBuiltinErrors?: boolean
}

export type Result = {
  readonly bindings: Readonly<Record<string, Value>>
  /** The document at the entrypoint. */
  readonly value?: Value
}

export type Policy = {
  /**
   * No results means undefined. Waits for what the host promises.
   *
   * @throws RegoError of a code `eval_…`, or of the compiler for a faulty query.
   */
  readonly evaluate: (input: EvaluateInput) => Promise<readonly Result[]>
  /** The same for hosts that answer at once. */
  readonly evaluateSync: (input: EvaluateInput) => readonly Result[]
}

/** @throws RegoError of a code `rego_…` that lists everything found in the first faulty pass. */
export function compile(input: CompileInput): Policy {
  const version = input.version ?? 'v1'
  const modules = Object.entries(input.modules).map(([file, text]) =>
    parseModule({ file, text, version }),
  )
  const registry = createRegistry(input.builtins, input.without)
  const builtins = new Map([...registry].map(([name, { signature }]) => [name, signature]))
  const program = guard(() => compileModules(modules, { builtins, print: input.print ?? false }))
  const workshop = createWorkshop({ program, registry, cover: input.cover })
  const evaluateSync = (request: EvaluateInput): readonly Result[] =>
    guard(() => evaluateOnce(workshop, request, createRun(workshop, request, false)))
  return { evaluateSync, evaluate: (request) => evaluateWaiting(workshop, request) }
}

async function evaluateWaiting(
  workshop: PolicyWorkshop,
  request: EvaluateInput,
): Promise<readonly Result[]> {
  const run = createRun(workshop, request, true)
  for (;;) {
    try {
      return guard(() => evaluateOnce(workshop, request, { ...run, results: new Map() }))
    } catch (error) {
      if (!(error instanceof Pending)) throw error
      run.answers.set(error.key, await settle(error))
    }
  }
}

/** Recursion over values that nest without end is the policy's fault, not a crash. */
function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new RegoError('eval_cancel_error', 'evaluation nests too deeply')
  }
}

type PolicyWorkshop = Workshop & { readonly queries: Map<string, QueryPlan> }

function createWorkshop(parts: Pick<Workshop, 'program' | 'registry' | 'cover'>): PolicyWorkshop {
  const plans = new Map<RuleNode, NodePlan>()
  const workshop: PolicyWorkshop = {
    ...parts,
    queries: new Map(),
    planOf: (node) => {
      const known = plans.get(node)
      if (known) return known
      const plan = planNode(node, workshop)
      plans.set(node, plan)
      return plan
    },
  }
  return workshop
}

function createRun(workshop: PolicyWorkshop, request: EvaluateInput, mayWait: boolean): Run {
  const { host = {}, budget = {} } = request
  const clock = (): number => performance.now()
  const now = host.now?.() ?? Date.now()
  return {
    meter: createMeter(budget, clock),
    host,
    documents: (node, context) => documentOf(workshop, node, context),
    strictBuiltinErrors: request.strictBuiltinErrors ?? false,
    nowNanoseconds: BigInt(Math.floor(now)) * 1_000_000n,
    results: new Map(),
    answers: new Map(),
    mayWait,
  }
}

function documentOf(workshop: PolicyWorkshop, node: RuleNode, context: Context): Value | undefined {
  const known = context.memo.get(node)
  if (known !== undefined || context.memo.has(node)) return known
  context.run.meter.tick()
  const value = workshop.planOf(node).document(context)
  context.memo.set(node, value)
  return value
}

function evaluateOnce(
  workshop: PolicyWorkshop,
  request: EvaluateInput,
  run: Run,
): readonly Result[] {
  const context: Context = {
    input: request.input === undefined ? undefined : fromJson(request.input),
    data: request.data === undefined ? RegoObject.empty : fromJson(request.data),
    hidden: new Set(),
    mocks: new Map(),
    memo: new Map(),
    run,
  }
  if (request.entrypoint !== undefined) {
    const plan = planText(workshop, `value = data${pathOf(request.entrypoint)}`)
    return plan(context).map(({ value = null }) => ({ bindings: {}, value }))
  }
  return planText(workshop, request.query ?? 'data')(context).map((bindings) => ({ bindings }))
}

function pathOf(entrypoint: string): string {
  const keys = entrypoint.split('/').filter((key) => key !== '')
  return keys.map((key) => `[${JSON.stringify(key)}]`).join('')
}

const maxQueries = 100

/** Plans a query once. */
function planText({ queries, ...workshop }: PolicyWorkshop, text: string): QueryPlan {
  const known = queries.get(text)
  if (known) return known
  const body = parseQuery({ file: 'query', text, version: 'v1' })
  const plan = planQuery(compileQuery(body, workshop.program), workshop)
  if (queries.size >= maxQueries) queries.clear()
  queries.set(text, plan)
  return plan
}
