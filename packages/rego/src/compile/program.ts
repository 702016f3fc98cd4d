import { throwAll } from '../errors.ts'
import type { Body, Module } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import type { Arity } from './bindings.ts'
import { checkCalls, checkConflicts, checkRecursion, checkUnused, functionArity } from './check.ts'
import { expandBody, expandRule } from './expand.ts'
import type { Expander } from './expand.ts'
import { moduleGlobals, rootScope } from './names.ts'
import { resolveBody } from './resolve.ts'
import { resolveRule } from './rule.ts'
import type { ResolvedRule } from './rule.ts'
import { boundBy, checkHeads, orderBody, orderTerm } from './safety.ts'
import type { Safety } from './safety.ts'
import { addRule, allNodes, createTree, find } from './tree.ts'
import type { RuleNode } from './tree.ts'
import { checkTypes } from './types.ts'
import type { BuiltinTypes } from './types.ts'
import { varsOf } from './vars.ts'

/** Checked modules: each body is in an order that can be run. */
export type Program = {
  readonly root: RuleNode
  readonly modules: readonly Module[]
  readonly arity: Arity
  readonly expander: Expander
  readonly types: BuiltinTypes
}

export type CompileOptions = {
  readonly builtins: BuiltinTypes
  readonly print: boolean
}

/** @throws RegoError with the code of the first pass that finds a fault, and all its faults. */
export function compileModules(modules: readonly Module[], options: CompileOptions): Program {
  const counter = { count: 0 }
  const root = createTree()
  const arity = arityIn(root, options.builtins)
  const expander = { counter, arity, print: options.print }
  for (const module of modules) {
    const globals = moduleGlobals(module, modules)
    for (const rule of module.rules) {
      addRule(root, resolveRule(rule, { module, globals, counter }))
    }
  }
  throwAll(checkConflicts(root))
  throwAll(rulesIn(root).flatMap(checkUnused))
  rewriteRules(root, (rule) => expandRule(rule, expander))
  throwAll(rulesIn(root).flatMap((rule) => checkCalls(rule, arity)))
  orderRules(root, arity)
  throwAll(checkRecursion(root))
  throwAll(rulesIn(root).flatMap((rule) => checkTypes(rule, options.builtins)))
  return { root, modules, arity, expander, types: options.builtins }
}

function rulesIn(root: RuleNode): ResolvedRule[] {
  return [...allNodes(root)].flatMap((node) => node.rules)
}

function arityIn(root: RuleNode, builtins: BuiltinTypes): Arity {
  return (name) => {
    const path: Value[] = name.split('.')
    if (path[0] === 'data') return functionArity(find(root, path.slice(1)))
    return builtins.get(name)?.args.length
  }
}

function rewriteRules(root: RuleNode, rewrite: (rule: ResolvedRule) => ResolvedRule): void {
  for (const { rules } of allNodes(root)) rules.splice(0, rules.length, ...rules.map(rewrite))
}

function orderRules(root: RuleNode, arity: Arity): void {
  const safety: Safety = { arity, errors: [] }
  rewriteRules(root, (rule) => orderRule(rule, safety))
  throwAll(safety.errors)
}

function orderRule(rule: ResolvedRule, safety: Safety): ResolvedRule {
  const args = new Set(varsOf(rule.args).keys())
  const branches = rule.branches.map((branch, index) => {
    const body = orderBody(branch.body, args, safety)
    const bound = boundBy(body, args, safety.arity)
    checkHeads(index === 0 ? [...rule.keys, branch.value] : [branch.value], bound, safety)
    return { ...branch, body, value: orderTerm(branch.value, bound, safety) }
  })
  return { ...rule, branches }
}

/** A query sees the names of the imports `data` and `input` only. */
export function compileQuery(body: Body, program: Program): Body {
  const scope = rootScope(new Map(), program.expander.counter)
  const resolved = expandBody(resolveBody(body, scope), program.expander)
  const safety: Safety = { arity: program.arity, errors: [] }
  const rule = queryRule(resolved)
  throwAll(checkCalls(rule, program.arity))
  const ordered = orderBody(resolved, new Set(), safety)
  throwAll(safety.errors)
  throwAll(
    checkTypes(
      { ...rule, branches: [{ ...rule.branches[0], body: ordered } as never] },
      program.types,
    ),
  )
  return ordered
}

function queryRule(body: Body): ResolvedRule {
  const location = body[0]?.location ?? { file: 'query', row: 1, column: 1 }
  const value = { kind: 'constant', value: true, location } as const
  const module = {
    file: 'query',
    version: 'v1' as const,
    package: [],
    packageAnnotations: [],
    imports: [],
    rules: [],
  }
  return {
    kind: 'complete',
    module,
    path: [],
    keys: [],
    args: [],
    branches: [{ body, value, location }],
    isDefault: false,
    declared: [],
    annotations: [],
    location,
  }
}
