import type { Registry } from '../builtins/registry.ts'
import type { Program } from '../compile/program.ts'
import type { ResolvedRule } from '../compile/rule.ts'
import type { RuleNode } from '../compile/tree.ts'
import type { Location } from '../errors.ts'
import type { Context, Frame } from '../evaluate/context.ts'
import type { Body } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'

/** Computes a value from the variables of the frame; undefined when there is none. */
export type Expr = (frame: Frame) => Value | undefined

/** Runs the rest of a body; true ends the search for further results. */
export type Step = (frame: Frame) => boolean

/** A literal in the making: given what comes next, a step that runs both. */
export type Link = (next: Step) => Step

export type NodePlan = {
  readonly document: (context: Context) => Value | undefined
  readonly call: (context: Context, args: readonly Value[]) => Value | undefined
}

/** What all plans of a program share. */
export type Workshop = {
  readonly program: Program
  readonly registry: Registry
  /** Told of each literal and each rule that is reached; absent: nobody asks, and nothing is spent. */
  readonly cover?: ((location: Location) => void) | undefined
  /** Plans are made when a reference first needs them. */
  readonly planOf: (node: RuleNode) => NodePlan
}

/** The state of planning one rule. */
export type Planner = {
  readonly workshop: Workshop
  readonly rule: ResolvedRule | undefined
  readonly slots: Map<string, number>
  readonly counters: { accumulators: number; outer: number; temporaries: number }
  /** The variables that have a value at this point of the body. */
  readonly bound: Set<string>
  /** Plans the body of a closure. */
  readonly body: (planner: Planner, body: Body) => Link[]
}

export function slotOf({ slots }: Planner, name: string): number {
  const found = slots.get(name)
  if (found !== undefined) return found
  slots.set(name, slots.size)
  return slots.size - 1
}

/** A slot without a name. */
export function temporary(planner: Planner): number {
  return slotOf(planner, `!${planner.counters.temporaries++}`)
}

/** What is bound inside a closure is not bound outside. */
export function closure(planner: Planner): Planner {
  return { ...planner, bound: new Set(planner.bound) }
}

export function chain(links: readonly Link[], last: Step): Step {
  return links.reduceRight((next, link) => link(next), last)
}

export function readSlot(slot: number): Expr {
  return (frame) => frame.slots[slot]
}

/** A link that binds a slot, or fails when the expression has no value. */
export function assign(slot: number, expr: Expr): Link {
  return (next) => (frame) => {
    const value = expr(frame)
    if (value === undefined) return false
    frame.slots[slot] = value
    return next(frame)
  }
}

export const succeed: Step = () => true
