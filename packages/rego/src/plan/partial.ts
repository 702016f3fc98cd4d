import { RegoError } from '../errors.ts'
import type { Location } from '../errors.ts'
import { equals } from '../values/compare.ts'
import { keyOf } from '../values/key.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'

/** An object in the making, of whose members several rules each define some. */
export type Builder = { readonly entries: Map<unknown, { readonly key: Value; node: Node }> }

type Node = Builder | { readonly members: Value[] } | { readonly value: Value }

type Insertion = {
  readonly keys: readonly Value[]
  readonly value: Value
  readonly location: Location | undefined
}

export function createBuilder(): Builder {
  return { entries: new Map() }
}

/** @throws RegoError `eval_conflict_error` when the place has another value already. */
export function insert(builder: Builder, { keys, value, location }: Insertion): void {
  const { parent, key } = descend(builder, keys, location)
  const found = parent.entries.get(keyOf(key))
  if (!found) parent.entries.set(keyOf(key), { key, node: { value } })
  else if (!('value' in found.node) || !equals(found.node.value, value)) throw conflict(location)
}

/** Adds a member to the set at the place. */
export function insertMember(builder: Builder, { keys, value, location }: Insertion): void {
  const { parent, key } = descend(builder, keys, location)
  const found = parent.entries.get(keyOf(key))
  if (!found) parent.entries.set(keyOf(key), { key, node: { members: [value] } })
  else if ('members' in found.node) found.node.members.push(value)
  else throw conflict(location)
}

/** Inserts an object member by member, so that it may share its place with others. */
export function merge(builder: Builder, { keys, value, location }: Insertion): void {
  if (value instanceof RegoSet) {
    for (const member of value.values()) insertMember(builder, { keys, value: member, location })
    return
  }
  if (!(value instanceof RegoObject)) return insert(builder, { keys, value, location })
  ensure(builder, keys, location)
  for (const [key, inner] of value.entries()) {
    merge(builder, { keys: [...keys, key], value: inner, location })
  }
}

function descend(
  builder: Builder,
  keys: readonly Value[],
  location: Location | undefined,
): { parent: Builder; key: Value } {
  return { parent: ensure(builder, keys.slice(0, -1), location), key: keys.at(-1) ?? null }
}

function ensure(builder: Builder, keys: readonly Value[], location: Location | undefined): Builder {
  let at = builder
  for (const key of keys) {
    const found = at.entries.get(keyOf(key))
    const node = found?.node ?? createBuilder()
    if (!('entries' in node)) throw conflict(location)
    if (!found) at.entries.set(keyOf(key), { key, node })
    at = node
  }
  return at
}

export function buildTree(node: Node): Value {
  if ('value' in node) return node.value
  if ('members' in node) return RegoSet.from(node.members)
  const entries = Array.from(node.entries.values(), (entry): [Value, Value] => [
    entry.key,
    buildTree(entry.node),
  ])
  return RegoObject.from(entries)
}

function conflict(location: Location | undefined): RegoError {
  return new RegoError('eval_conflict_error', 'object keys must be unique', { location })
}
