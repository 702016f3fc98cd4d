import { literalTerms, varsOf } from '../compile/vars.ts'
import { createFrame } from '../evaluate/context.ts'
import type { Context } from '../evaluate/context.ts'
import type { Body } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import { chain, slotOf } from './planner.ts'
import type { Workshop } from './planner.ts'
import { createPlanner } from './rules.ts'

export type Binding = Readonly<Record<string, Value>>

export type QueryPlan = (context: Context) => readonly Binding[]

/** Plans a query; each result binds the variables that the query names. */
export function planQuery(body: Body, workshop: Workshop): QueryPlan {
  const planner = createPlanner(workshop)
  const links = planner.body(planner, body)
  const shown = [...varsOf(body.flatMap(literalTerms)).keys()]
    .filter((name) => planner.bound.has(name) && !/^[$~!]/.test(name))
    .map((name) => ({ label: name.replace(/#\d+$/, ''), slot: slotOf(planner, name) }))
  const run = chain(links, (frame) => frame.emit(frame))
  return (context) => {
    const results: Binding[] = []
    const frame = createFrame(context, ({ slots }) => {
      results.push(Object.fromEntries(shown.map(({ label, slot }) => [label, slots[slot] ?? null])))
      return false
    })
    run(frame)
    return results
  }
}
