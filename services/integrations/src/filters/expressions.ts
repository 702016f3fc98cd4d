import { type CelInput, celEnv, CelScalar, isCelError, parse, plan } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'

import { type Facts, factNames } from './facts.ts'

/** It cannot be read, or has no value. The message says why, for whoever wrote it. */
export class ExpressionFailed extends Error {
  override readonly name = 'ExpressionFailed'
}

export type Value = string | number | boolean | bigint

/** The value of a CEL expression. Takes as long as the expression wants: to be called where that harms nobody. */
export function evaluate(expression: string, facts: Facts): Value {
  const value = compile(expression)(
    Object.fromEntries(factNames.map((name) => [name, toCel(facts[name])])),
  )
  if (isCelError(value)) throw new ExpressionFailed(value.message)
  if (isValue(value)) return value
  throw new ExpressionFailed('it gives neither a text, a number nor true or false')
}

const maxTextLength = 64 << 10

/** The template with the values of its expressions in place of `{{ expression }}`. */
export function render(template: string, facts: Facts): string {
  let rendered = ''
  for (const part of partsOf(template)) {
    rendered += 'text' in part ? part.text : String(evaluate(part.expression, facts))
    if (rendered.length > maxTextLength) {
      throw new ExpressionFailed(`the text is longer than ${maxTextLength} characters`)
    }
  }
  return rendered
}

/** Throws `ExpressionFailed` for what can never have a value. */
export function checkExpression(expression: string): void {
  compile(expression)
}

export function checkTemplate(template: string): void {
  for (const part of partsOf(template)) if ('expression' in part) compile(part.expression)
}

type Part = { readonly text: string } | { readonly expression: string }

function partsOf(template: string): Part[] {
  const [text = '', ...rest] = template.split('{{')
  return [
    { text },
    ...rest.flatMap((part): Part[] => {
      const end = part.indexOf('}}')
      if (end < 0) throw new ExpressionFailed('a {{ has no }}')
      return [{ expression: part.slice(0, end).trim() }, { text: part.slice(end + 2) }]
    }),
  ]
}

const env = celEnv({
  variables: Object.fromEntries(factNames.map((name) => [name, CelScalar.DYN])),
  funcs: strings,
})

function compile(expression: string) {
  try {
    return plan(env, parse(expression))
  } catch (cause) {
    throw new ExpressionFailed(cause instanceof Error ? cause.message : String(cause))
  }
}

function toCel(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(toCel)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member)]))
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  return isValue(value) ? value : null
}

function isValue(value: unknown): value is Value {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value)
}
