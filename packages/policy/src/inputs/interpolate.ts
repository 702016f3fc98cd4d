/** Something in a text looks like a template and is none that we know. */
export class InvalidTemplate extends Error {
  override readonly name = 'InvalidTemplate'
}

const PLACEHOLDER = /\{\{-?\s*\.?inputs\.([a-zA-Z][a-zA-Z0-9_]*)\s*-?\}\}/g

/**
 * Replaces `{{ inputs.x }}` by the value of `x`, and by nothing when it has none. Nothing else of the template language
 * that older documents could use is accepted, nor, where `declared` says what there is, a name that is not there.
 * Throws `InvalidTemplate`.
 */
export function interpolate(
  text: string,
  bindings: Readonly<Record<string, string>>,
  declared?: readonly string[],
): string {
  const rest = text.replaceAll(PLACEHOLDER, '')
  if (rest.includes('{{')) {
    throw new InvalidTemplate(`${JSON.stringify(text)}: only {{ inputs.name }} can stand in a text`)
  }
  return text.replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    if (declared?.includes(name) === false) {
      throw new InvalidTemplate(`${placeholder} is not an input`)
    }
    return Object.hasOwn(bindings, name) ? (bindings[name] ?? '') : ''
  })
}
