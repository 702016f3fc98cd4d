import type { Policy, PolicyInput } from '../documents/policy.ts'
import { interpolate } from './interpolate.ts'

export type Arguments = Readonly<Record<string, string>>

export interface ComputedArguments {
  readonly values: Arguments
  /** Given, but not declared: left out. */
  readonly undeclared: readonly string[]
}

/** A required input has no value. */
export class MissingInput extends Error {
  override readonly name = 'MissingInput'
}

/**
 * The arguments of one policy: what was given, with the values of its group put in, and defaults for what is missing
 * or empty. A policy that declares no inputs gets everything as it was given. Throws `MissingInput`, `InvalidTemplate`.
 */
export function computeArguments(
  { inputs, metadata: { name } }: Pick<Policy, 'inputs' | 'metadata'>,
  given: Arguments,
  bindings: Arguments = {},
): ComputedArguments {
  if (inputs.length === 0) return { values: given, undeclared: [] }
  const all = inputs.map((input) => ({ input, value: valueOf(input, given, bindings) }))
  const missing = all.filter(({ input, value }) => input.required && value === '')
  if (missing.length > 0) {
    const names = missing.map(({ input }) => input.name).join(', ')
    throw new MissingInput(`${name} needs the input ${names}: give it in "with"`)
  }
  const declared = new Set(inputs.map((input) => input.name))
  return {
    values: Object.fromEntries(
      all.filter(({ value }) => value !== '').map(({ input, value }) => [input.name, value]),
    ),
    undeclared: Object.keys(given).filter((one) => !declared.has(one)),
  }
}

function valueOf(input: PolicyInput, given: Arguments, bindings: Arguments): string {
  const own = Object.hasOwn(given, input.name) ? (given[input.name] ?? '') : ''
  const value = interpolate(own, bindings)
  return value === '' ? interpolate(input.default, bindings) : value
}
