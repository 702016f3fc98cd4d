import type { Frame } from '../evaluate/context.ts'
import type { Term } from '../syntax/ast.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import { planMatch } from './match.ts'
import type { Expr, Link, Planner, Step } from './planner.ts'
import { readSlot, temporary } from './planner.ts'

type Site = { readonly planner: Planner; readonly links: Link[] }
type PlanTerm = (term: Term, site: Site) => Expr

type Loop = { readonly source: Expr; readonly key: Term | undefined; readonly valueSlot: number }

/** Runs what follows for each element of a collection whose key matches. */
export function planEach(loop: Loop, planner: Planner, planTerm: PlanTerm): Link[] {
  const keySlot = temporary(planner)
  const turn = iterate(loop.source, keySlot, loop.valueSlot)
  if (!loop.key) return [turn]
  return [turn, ...planMatch(loop.key, readSlot(keySlot), { planner, planTerm })]
}

function iterate(source: Expr, keySlot: number, valueSlot: number): Link {
  const slots = { keySlot, valueSlot }
  return (next) => (frame) => {
    const collection = source(frame)
    if (typeof collection !== 'object' || collection === null) return false
    if (collection instanceof RegoObject) return eachEntry(collection, { frame, next, ...slots })
    const isSet = collection instanceof RegoSet
    if (!isSet && 'kind' in collection) return false
    const items = isSet ? collection.values() : collection
    return eachItem(items, isSet, { frame, next, ...slots })
  }
}

type Turn = { frame: Frame; next: Step; keySlot: number; valueSlot: number }

function eachItem(items: readonly Frame['slots'][number][], isSet: boolean, turn: Turn): boolean {
  const { frame, next, keySlot, valueSlot } = turn
  const { meter } = frame.context.run
  for (let i = 0; i < items.length; i++) {
    meter.tick()
    const item = items[i]
    frame.slots[keySlot] = isSet ? item : i
    frame.slots[valueSlot] = item
    if (next(frame)) return true
  }
  return false
}

function eachEntry(object: RegoObject, { frame, next, keySlot, valueSlot }: Turn): boolean {
  const { meter } = frame.context.run
  for (const key of object.keys()) {
    meter.tick()
    frame.slots[keySlot] = key
    frame.slots[valueSlot] = object.get(key)
    if (next(frame)) return true
  }
  return false
}
