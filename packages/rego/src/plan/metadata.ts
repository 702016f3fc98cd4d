import type { ResolvedRule } from '../compile/rule.ts'
import type { Annotations } from '../syntax/ast.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'

/** `rego.metadata.rule()` and `rego.metadata.chain()` are known when the rule is planned. */
export function metadataOf(name: string, rule: ResolvedRule | undefined): Value | undefined {
  if (name === 'rego.metadata.chain') return chainOf(rule)
  if (name !== 'rego.metadata.rule') return undefined
  return ownAnnotations(rule, 'rule')[0]?.value ?? RegoObject.empty
}

function ownAnnotations(rule: ResolvedRule | undefined, scope: string): Annotations[] {
  return (rule?.annotations ?? []).filter((found) => found.scope === scope)
}

function chainOf(rule: ResolvedRule | undefined): Value {
  if (!rule) return []
  const { module } = rule
  const path = rule.path.flatMap((key) => (key.kind === 'constant' ? [key.value] : []))
  const packagePath: Value = [...module.package]
  const entry = (at: Value, found?: Annotations): Value =>
    RegoObject.record(found ? { path: at, annotations: found.value } : { path: at })
  const own = ownAnnotations(rule, 'rule')
  return [
    ...(own.length > 0 ? own.map((found) => entry(path, found)) : [entry(path)]),
    ...documentAnnotations(rule).map((found) => entry(path, found)),
    ...packageAnnotations(rule, 'package').map((found) => entry(packagePath, found)),
    ...packageAnnotations(rule, 'subpackages').map((found) => entry(packagePath, found)),
  ]
}

/** The block of scope `document` may stand at any rule of the same name. */
function documentAnnotations({ module, path, annotations }: ResolvedRule): Annotations[] {
  const name = path[module.package.length]
  const siblings = module.rules.filter(({ head }) => {
    const [first] = head.ref
    return first?.kind === 'var' && name?.kind === 'constant' && first.name === name.value
  })
  const all = new Set([...siblings.flatMap((rule) => rule.annotations), ...annotations])
  return [...all].filter(({ scope }) => scope === 'document')
}

function packageAnnotations({ module }: ResolvedRule, scope: string): Annotations[] {
  return module.packageAnnotations.filter((found) => found.scope === scope)
}
