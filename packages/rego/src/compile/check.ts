import { RegoError } from '../errors.ts'
import type { Location } from '../errors.ts'
import type { Body, Literal, Term } from '../syntax/ast.ts'
import type { Arity } from './bindings.ts'
import type { ResolvedRule } from './rule.ts'
import { allNodes, find, isFunction, nodeName } from './tree.ts'
import type { RuleNode } from './tree.ts'
import { children, literalTerms } from './vars.ts'

/** Every term of a rule, closures included. */
export function visitTerms(rule: ResolvedRule, onTerm: (term: Term) => void): void {
  const visit = (term: Term): void => {
    onTerm(term)
    for (const inner of children(term)) visit(inner)
    if (term.kind === 'template')
      term.parts.forEach((part) => typeof part === 'string' || visitLiteral(part))
    if (term.kind === 'comprehension') {
      visitBody(term.body)
      if (term.key) visit(term.key)
      visit(term.head)
    }
  }
  const visitLiteral = (literal: Literal): void => {
    for (const term of literalTerms(literal)) visit(term)
    for (const { target } of literal.with) visit(target)
    if (literal.statement.kind === 'every') visitBody(literal.statement.body)
  }
  const visitBody = (body: Body): void => body.forEach(visitLiteral)
  for (const term of [...rule.keys, ...rule.args]) visit(term)
  for (const branch of rule.branches) {
    visitBody(branch.body)
    visit(branch.value)
  }
}

/** Functions that only the old language has. */
const deprecated = new Set([
  'all', 'any', 'cast_array', 'cast_boolean', 'cast_null', 'cast_object', 'cast_set',
  'cast_string', 'net.cidr_overlap', 're_match', 'set_diff',
]) // prettier-ignore

export function checkCalls(rule: ResolvedRule, arity: Arity): RegoError[] {
  const errors: RegoError[] = []
  visitTerms(rule, (term) => {
    if (term.kind !== 'call') return
    const expected = arity(term.name)
    const { location } = term
    if (rule.module.version === 'v1' && deprecated.has(term.name)) {
      const reason = `deprecated built-in function calls in expression: ${term.name}`
      errors.push(new RegoError('rego_type_error', reason, { location }))
    }
    if (expected === undefined) errors.push(undefinedFunction(term.name, location))
    else if (term.args.length !== expected && term.args.length !== expected + 1) {
      errors.push(new RegoError('rego_type_error', `${term.name}: arity mismatch`, { location }))
    }
  })
  return errors
}

/** What is declared by `some` or `every` and never used is a mistake. */
export function checkUnused(rule: ResolvedRule): RegoError[] {
  const used = new Set<string>()
  visitTerms(rule, (term) => {
    if (term.kind === 'var') used.add(term.name)
  })
  return rule.declared
    .filter(({ name }) => !used.has(name))
    .map(({ name, location }) => {
      const reason = `declared var ${name.replace(/#\d+$/, '')} unused`
      return new RegoError('rego_compile_error', reason, { location })
    })
}

export function undefinedFunction(name: string, location: Location): RegoError {
  return new RegoError('rego_type_error', `undefined function ${name}`, { location })
}

/** Rules of one path must be of one kind, and what a rule defines cannot have rules below. */
export function checkConflicts(root: RuleNode): RegoError[] {
  const errors: RegoError[] = []
  for (const node of allNodes(root)) {
    const [first] = node.rules
    if (!first) continue
    const { location } = first
    const conflict = conflictOf(node)
    if (conflict) errors.push(new RegoError('rego_type_error', conflict, { location }))
  }
  return errors
}

function conflictOf(node: RuleNode): string | undefined {
  const kinds = new Set(node.rules.map(({ kind, keys }) => (keys.length > 0 ? 'object' : kind)))
  const name = nodeName(node)
  if (kinds.size > 1) return `conflicting rules ${name} found`
  if (node.rules.filter(({ isDefault }) => isDefault).length > 1)
    return `multiple default rules ${name} found`
  const below = [...node.children.values()][0]
  if (below && (kinds.has('complete') || kinds.has('set'))) {
    return `rule ${name} conflicts with [${nodeName(below)}]`
  }
  const arities = new Set(node.rules.map(({ args }) => args.length))
  return arities.size > 1 ? `conflicting rules ${name} found` : undefined
}

/** What each rule refers to: whole subtrees where a reference does not say which rule. */
export function dependencies(node: RuleNode, root: RuleNode): Set<RuleNode> {
  const found = new Set<RuleNode>()
  const addPath = (path: readonly Term[]): void => {
    let at: RuleNode | undefined = root
    for (const key of path) {
      if (key.kind !== 'constant' || (at?.rules.length ?? 0) > 0) break
      at = at && find(at, [key.value])
    }
    if (at) for (const inner of allNodes(at)) if (inner.rules.length > 0) found.add(inner)
  }
  for (const rule of node.rules) {
    visitTerms(rule, (term) => {
      if (term.kind === 'ref' && term.head.kind === 'var' && term.head.name === 'data')
        addPath(term.path)
      if (term.kind === 'var' && term.name === 'data') return
      if (term.kind === 'call' && term.name.startsWith('data.')) {
        const called = find(root, term.name.split('.').slice(1))
        if (called) found.add(called)
      }
    })
  }
  return found
}

/** @returns an error for each rule that takes part in a cycle. */
export function checkRecursion(root: RuleNode): RegoError[] {
  const edges = new Map<RuleNode, Set<RuleNode>>()
  for (const node of allNodes(root))
    if (node.rules.length > 0) edges.set(node, dependencies(node, root))
  const errors: RegoError[] = []
  for (const node of edges.keys()) {
    const cycle = cycleThrough(node, edges)
    const location = node.rules[0]?.location
    if (!cycle) continue
    const path = cycle.map(nodeName).join(' -> ')
    const reason = `rule ${nodeName(node)} is recursive: ${path}`
    errors.push(new RegoError('rego_recursion_error', reason, { location }))
  }
  return errors
}

function cycleThrough(
  start: RuleNode,
  edges: ReadonlyMap<RuleNode, ReadonlySet<RuleNode>>,
): RuleNode[] | undefined {
  const cameFrom = new Map<RuleNode, RuleNode>()
  const queue = [start]
  for (let node = queue.shift(); node; node = queue.shift()) {
    for (const to of edges.get(node) ?? []) {
      if (to === start) return trace(start, node, cameFrom)
      if (cameFrom.has(to)) continue
      cameFrom.set(to, node)
      queue.push(to)
    }
  }
  return undefined
}

function trace(
  start: RuleNode,
  last: RuleNode,
  cameFrom: ReadonlyMap<RuleNode, RuleNode>,
): RuleNode[] {
  const path = [start]
  for (let at: RuleNode | undefined = last; at && at !== start; at = cameFrom.get(at))
    path.splice(0, 0, at)
  return [start, ...path]
}

export function functionArity(node: RuleNode | undefined): number | undefined {
  return node && isFunction(node) ? node.rules[0]?.args.length : undefined
}
