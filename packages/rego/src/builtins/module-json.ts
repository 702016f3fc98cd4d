import type { Module, Rule, Term } from '../syntax/ast.ts'
import { typeName } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'

/** The package, the imports and the heads of the rules, in the shape that OPA gives them. */
export function moduleJson(module: Module): RegoObject {
  const entries: Record<string, Value> = {
    package: RegoObject.record({ path: pathJson(['data', ...module.package]) }),
  }
  if (module.imports.length > 0) {
    entries['imports'] = module.imports.map(({ path }) =>
      RegoObject.record({ path: RegoObject.record({ type: 'ref', value: pathJson(path) }) }),
    )
  }
  if (module.rules.length > 0) entries['rules'] = module.rules.map(ruleJson)
  return RegoObject.record(entries)
}

function pathJson([root = '', ...keys]: readonly string[]): Value {
  const key = (type: string, value: string): RegoObject => RegoObject.record({ type, value })
  return [key('var', root), ...keys.map((text) => key('string', text))]
}

function ruleJson({ head, body, isDefault }: Rule): RegoObject {
  const [name] = head.ref
  const text = name?.kind === 'var' ? name.name : ''
  const ref = head.ref.map(termJson)
  const members = {
    name: text,
    ref,
    ...(head.member ? { key: termJson(head.member) } : { value: termJson(head.value) }),
    ...(head.args ? { args: head.args.map(termJson) } : {}),
  }
  const literals = body.length > 0 ? body.map(({ statement }) => statement) : []
  return RegoObject.record({
    ...(isDefault ? { default: true } : {}),
    head: RegoObject.record(members),
    body:
      literals.length === 0
        ? [generatedBody]
        : literals.map((statement, index) =>
            literalJson(
              index,
              statement.kind === 'term'
                ? statementJson(statement.term)
                : RegoObject.record({ type: statement.kind }),
            ),
          ),
  })
}

/** A rule without a body has one that holds. */
const generatedBody = RegoObject.record({
  generated: true,
  index: 0,
  terms: RegoObject.record({ type: 'boolean', value: true }),
})

function literalJson(index: number, terms: Value): RegoObject {
  return RegoObject.record({ index, terms })
}

function statementJson(term: Term): Value {
  return term.kind === 'call'
    ? [operatorJson(term.name), ...term.args.map(termJson)]
    : termJson(term)
}

function operatorJson(name: string): RegoObject {
  return RegoObject.record({
    type: 'ref',
    value: name
      .split('.')
      .map((part, index) =>
        RegoObject.record({ type: index === 0 ? 'var' : 'string', value: part }),
      ),
  })
}

function termJson(term: Term): RegoObject {
  const node = (type: string, value: Value): RegoObject => RegoObject.record({ type, value })
  switch (term.kind) {
    case 'constant':
      return node(typeName(term.value), term.value)
    case 'var':
      return node('var', term.name)
    case 'ref':
      return node('ref', [termJson(term.head), ...term.path.map(termJson)])
    case 'array':
    case 'set':
      return node(term.kind, term.items.map(termJson))
    case 'object':
      return node(
        'object',
        term.entries.map(([k, v]) => [termJson(k), termJson(v)]),
      )
    case 'call':
      return node('call', [operatorJson(term.name), ...term.args.map(termJson)])
    case 'comprehension':
      return node(`${term.shape}comprehension`, RegoObject.record({ term: termJson(term.head) }))
    case 'template':
      return node(
        'templatestring',
        term.parts.map((part) => (typeof part === 'string' ? part : null)),
      )
  }
}
