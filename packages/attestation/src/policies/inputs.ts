import type { PolicyDocument } from './policy-document.ts'

/** An input that is missing, or a placeholder for something that is none. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
}

/** Values of the declared inputs; what is given and not declared is left out. Throws `InvalidInput`. */
export function inputsFor(
  { name, inputs }: Pick<PolicyDocument, 'name' | 'inputs'>,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const missing = inputs.filter((one) => one.required && !valueIn(given, one.name))
  if (missing.length > 0) {
    const names = missing.map((one) => one.name).join(', ')
    throw new InvalidInput(`${name} needs the input ${names}: give it in "with"`)
  }
  return new Map(inputs.map((one) => [one.name, valueIn(given, one.name) || one.default]))
}

function valueIn(given: Readonly<Record<string, string>>, name: string): string {
  return (Object.hasOwn(given, name) && given[name]) || ''
}

/** `{{ inputs.x }}` and `{{ .inputs.x }}`, and nothing else in braces. Throws `InvalidInput`. */
export function interpolate(template: string, inputs: ReadonlyMap<string, string>): string {
  return template.replaceAll(/\{\{([^{}]*)\}\}/g, (placeholder, inner: string) => {
    const [, name = ''] = /^\s*\.?inputs\.([a-zA-Z][a-zA-Z0-9_]*)\s*$/.exec(inner) ?? []
    const value = inputs.get(name)
    if (value === undefined) throw new InvalidInput(`${placeholder} is not an input`)
    return value
  })
}
