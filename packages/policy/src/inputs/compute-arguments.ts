import type { PolicyInput } from '../documents/policy.ts'
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
  inputs: readonly PolicyInput[],
  given: Arguments,
  bindings: Arguments = {},
): ComputedArguments {
  if (inputs.length === 0) return { values: given, undeclared: [] }
  const values = inputs.flatMap((input): [string, string][] => {
    const value = valueOf(input, given, bindings)
    if (value !== '') return [[input.name, value]]
    if (input.required) throw new MissingInput(`the required input "${input.name}" has no value`)
    return []
  })
  const declared = new Set(inputs.map(({ name }) => name))
  return {
    values: Object.fromEntries(values),
    undeclared: Object.keys(given).filter((name) => !declared.has(name)),
  }
}

function valueOf(input: PolicyInput, given: Arguments, bindings: Arguments): string {
  const own = Object.hasOwn(given, input.name) ? (given[input.name] ?? '') : ''
  const value = interpolate(own, bindings)
  return value === '' ? interpolate(input.default, bindings) : value
}
