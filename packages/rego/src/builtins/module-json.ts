import type {
  Body,
  Import,
  Literal,
  Module,
  Rule,
  RuleHead,
  Statement,
  Term,
} from '../syntax/ast.ts'
import { typeName } from '../values/compare.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements } from './operands.ts'

/** The syntax tree of a module in the shape that OPA gives it, without comments. */
export function moduleJson(module: Module): RegoObject {
  return record({
    package: record({ path: pathJson(['data', ...module.package]) }),
    imports: module.imports.length > 0 ? module.imports.map(importJson) : undefined,
    rules: module.rules.length > 0 ? module.rules.map(ruleJson) : undefined,
  })
}

/** An object without what is undefined. */
function record(fields: Readonly<Record<string, Value | undefined>>): RegoObject {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return RegoObject.from(present as [string, Value][])
}

function node(type: string, value: Value): RegoObject {
  return record({ type, value })
}

function importJson({ path, alias, isNamed }: Import): RegoObject {
  return record({ path: node('ref', pathJson(path)), alias: isNamed ? alias : undefined })
}

function pathJson([root = '', ...keys]: readonly string[]): Value {
  return [node('var', root), ...keys.map((text) => node('string', text))]
}

type Branch = { readonly head: RuleHead; readonly body: Body; readonly others: Rule['otherwise'] }

function ruleJson({ head, body, isDefault, otherwise }: Rule): RegoObject {
  const branch = branchFields({ head, body, others: otherwise })
  return record({ ...branch, default: isDefault ? true : undefined })
}

function branchFields({ head, body, others }: Branch): Record<string, Value | undefined> {
  const [next, ...rest] = others
  const nextHead = next && { ...head, value: next.value, assign: next.assign }
  return {
    head: headJson(head),
    body: body.length > 0 ? bodyJson(body) : [generatedBody],
    else:
      next && nextHead && record(branchFields({ head: nextHead, body: next.body, others: rest })),
  }
}

/** A rule without a body has one that holds. */
const generatedBody: RegoObject = record({
  generated: true,
  index: 0,
  terms: node('boolean', true),
})

function headJson({ ref, args, member, value, assign }: RuleHead): RegoObject {
  const [name] = ref
  return record({
    name: ref.length === 1 && name?.kind === 'var' ? name.name : undefined,
    ref: ref.map(termJson),
    args: args?.map(termJson),
    key: member && termJson(member),
    value: member ? undefined : termJson(value),
    assign: assign ? true : undefined,
  })
}

function bodyJson(body: Body): Value {
  return body.map(literalJson)
}

function literalJson(literal: Literal, index: number): RegoObject {
  const modifiers = literal.with.map(({ target, value }) =>
    record({ target: termJson(target), value: termJson(value) }),
  )
  return record({
    index,
    negated: literal.negated ? true : undefined,
    terms: statementJson(literal.statement),
    with: modifiers.length > 0 ? modifiers : undefined,
  })
}

function statementJson(statement: Statement): Value {
  switch (statement.kind) {
    case 'term':
      return elements(callJson(statement.term)).length > 0
        ? callJson(statement.term)
        : termJson(statement.term)
    case 'some':
      return record({ symbols: statement.names.map(termJson) })
    case 'someIn': {
      const { key, value, domain } = statement
      const args = key ? [key, value, domain] : [value, domain]
      const operator = operatorJson(key ? 'internal.member_3' : 'internal.member_2')
      return record({ symbols: [node('call', [operator, ...args.map(termJson)])] })
    }
    case 'every':
      return record({
        key: statement.key ? termJson(statement.key) : null,
        value: termJson(statement.value),
        domain: termJson(statement.domain),
        body: bodyJson(statement.body),
      })
  }
}

/** The operator and the operands of a call; empty for other terms. */
function callJson(term: Term): Value {
  return term.kind === 'call' ? [operatorJson(term.name), ...term.args.map(termJson)] : []
}

function operatorJson(name: string): RegoObject {
  return node('ref', pathJson(name.split('.')))
}

function termJson(term: Term): RegoObject {
  switch (term.kind) {
    case 'constant':
      return constantJson(term.value)
    case 'var':
      return node('var', term.name)
    case 'ref':
      return node('ref', [term.head, ...term.path].map(termJson))
    case 'array':
    case 'set':
      return node(term.kind, term.items.map(termJson))
    case 'object':
      return node('object', term.entries.map(([k, v]) => [termJson(k), termJson(v)])) // prettier-ignore
    case 'call':
      return node('call', callJson(term))
    case 'comprehension':
      return comprehensionJson(term)
    case 'template':
      return node('templatestring', record({ multi_line: false, parts: term.parts.map(partJson) }))
  }
}

function constantJson(value: Value): RegoObject {
  if (value === null) return node('null', RegoObject.empty)
  return typeof value === 'object' && 'kind' in value && value.kind === 'set'
    ? node('set', [])
    : node(typeName(value), value)
}

function comprehensionJson(term: Extract<Term, { kind: 'comprehension' }>): RegoObject {
  const body = bodyJson(term.body)
  const head = termJson(term.head)
  const fields = term.key ? { key: termJson(term.key), value: head, body } : { term: head, body }
  return node(`${term.shape}comprehension`, record(fields))
}

function partJson(part: string | Literal): RegoObject {
  return typeof part === 'string' ? node('string', part) : literalJson(part, 0)
}
