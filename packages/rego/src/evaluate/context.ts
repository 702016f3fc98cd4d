import type { RuleNode } from '../compile/tree.ts'
import type { Host } from '../host.ts'
import type { Value } from '../values/value.ts'
import type { Meter } from './budget.ts'

/** What `with` puts in the place of a function. */
export type Mock =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'function'; readonly name: string }

/** The world as one part of an evaluation sees it; `with` makes another for its literal. */
export type Context = {
  readonly input: Value | undefined
  readonly data: Value
  /** Rules whose documents `with` replaced. */
  readonly hidden: ReadonlySet<RuleNode>
  readonly mocks: ReadonlyMap<string, Mock>
  /** Documents that were computed already. */
  readonly memo: Map<RuleNode, Value | undefined>
  readonly run: Run
}

/** What all contexts of one evaluation share. */
export type Run = {
  readonly meter: Meter
  readonly host: Host
  /** Computes what the rules of a node define, once for each context. */
  readonly documents: (node: RuleNode, context: Context) => Value | undefined
  /** Whether the failure of a built-in function ends the evaluation. */
  readonly strictBuiltinErrors: boolean
  /** One time for the whole evaluation. */
  readonly nowNanoseconds: bigint
  /** Results of functions that must not change within an evaluation, by name and arguments. */
  readonly results: Map<string, Value | undefined>
  /** What the host answered, by request. */
  readonly answers: Map<string, Answer>
  /** Whether the evaluation can be run again once the host has answered. */
  readonly mayWait: boolean
}

/** What the host gave, or why it did not. */
export type Answer = { readonly value: unknown; readonly failure?: string }

/** The variables of a rule being evaluated. */
export type Frame = {
  readonly slots: (Value | undefined)[]
  /** One for each comprehension of the rule. */
  readonly accumulators: Value[][]
  /** What `with` must bring back. */
  readonly outer: Context[]
  context: Context
  /** What the head makes of the body's result: the keys of its path, and the value. */
  results: readonly Value[]
  result: Value | undefined
  /** Takes a result of the body; true ends the search. */
  readonly emit: (frame: Frame) => boolean
}

export function createFrame(context: Context, emit: Frame['emit']): Frame {
  return { slots: [], accumulators: [], outer: [], context, results: [], result: undefined, emit }
}

export function derive(context: Context, changes: Partial<Context>): Context {
  return { ...context, memo: new Map(), ...changes }
}
