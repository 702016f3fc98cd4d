import { keyText } from '../values/json.ts'
import { keyOf } from '../values/key.ts'
import type { Value } from '../values/value.ts'
import type { ResolvedRule } from './rule.ts'

/** The documents that rules define, by path; a rule stands where its constant path ends. */
export type RuleNode = {
  readonly key: Value
  readonly path: readonly Value[]
  readonly parent: RuleNode | undefined
  readonly children: Map<unknown, RuleNode>
  readonly rules: ResolvedRule[]
}

export function createTree(): RuleNode {
  return { key: 'data', path: [], parent: undefined, children: new Map(), rules: [] }
}

export function addRule(root: RuleNode, rule: ResolvedRule): RuleNode {
  let node = root
  for (const key of rule.path) {
    if (key.kind === 'constant') node = childOrNew(node, key.value)
  }
  node.rules.push(rule)
  return node
}

function childOrNew(node: RuleNode, key: Value): RuleNode {
  const found = child(node, key)
  if (found) return found
  const created: RuleNode = {
    key,
    path: [...node.path, key],
    parent: node,
    children: new Map(),
    rules: [],
  }
  node.children.set(keyOf(key), created)
  return created
}

export function child(node: RuleNode, key: Value): RuleNode | undefined {
  return node.children.get(keyOf(key))
}

export function find(root: RuleNode, path: readonly Value[]): RuleNode | undefined {
  let node: RuleNode | undefined = root
  for (const key of path) node = node && child(node, key)
  return node
}

export function* allNodes(root: RuleNode): IterableIterator<RuleNode> {
  yield root
  for (const node of root.children.values()) yield* allNodes(node)
}

export function isFunction(node: RuleNode): boolean {
  return node.rules[0]?.kind === 'function'
}

/** The name by which a function is called, or a rule is mentioned in messages. */
export function nodeName(node: RuleNode): string {
  return ['data', ...node.path.map(keyText)].join('.')
}
