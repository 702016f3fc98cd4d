import { child, isFunction } from '../compile/tree.ts'
import type { RuleNode } from '../compile/tree.ts'
import { keyOf } from '../values/key.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { dig, indexValue } from './access.ts'
import type { Context } from './context.ts'

/** The document at a path of `data`, whether rules or base documents define it. */
export function documentAt(
  context: Context,
  root: RuleNode,
  keys: readonly Value[],
): Value | undefined {
  let node: RuleNode | undefined = context.hidden.has(root) ? undefined : root
  let base: Value | undefined = context.data
  for (const [index, key] of keys.entries()) {
    if (!node) return base === undefined ? undefined : dig(base, keys.slice(index))
    if (node.rules.length > 0) return dig(ruleDocument(context, node), keys.slice(index))
    node = visibleChild(context, node, key)
    base = base === undefined ? undefined : indexValue(base, key)
  }
  return node ? extent(context, node, base) : base
}

function visibleChild(context: Context, node: RuleNode, key: Value): RuleNode | undefined {
  const found = child(node, key)
  return found && context.hidden.has(found) ? undefined : found
}

function ruleDocument(context: Context, node: RuleNode): Value | undefined {
  return isFunction(node) ? undefined : context.run.documents(node, context)
}

/** All documents below a node, base documents included. */
export function extent(
  context: Context,
  node: RuleNode,
  base: Value | undefined,
): Value | undefined {
  if (node.rules.length > 0) return ruleDocument(context, node)
  const known = context.memo.get(node)
  if (known !== undefined) return known
  const entries = new Map<unknown, readonly [Value, Value]>()
  if (base instanceof RegoObject) {
    for (const [key, value] of base.entries()) entries.set(keyOf(key), [key, value])
  }
  for (const inner of node.children.values()) {
    if (context.hidden.has(inner)) continue
    const below = base === undefined ? undefined : indexValue(base, inner.key)
    const value = extent(context, inner, below)
    if (value !== undefined) entries.set(keyOf(inner.key), [inner.key, value])
  }
  const document = RegoObject.from(entries.values())
  context.memo.set(node, document)
  return document
}
