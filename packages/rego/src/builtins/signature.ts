import type { Signature, Type } from '../compile/types.ts'
import type { TypeName } from '../values/value.ts'

export type NamedSignature = Signature & { readonly name: string }

/**
 * Reads `name(type, type) -> type`. A type is `any` or alternatives joined by `|`; `array<type>`
 * and `set<type>` say what the elements are. The order of the alternatives is that of messages.
 */
export function readSignature(text: string): NamedSignature {
  const match = /^([\w.]+)\((.*)\) -> (.+)$/.exec(text)
  if (!match) throw new TypeError(`not a signature: ${text}`)
  const [, name = '', args = '', result = ''] = match
  return { name, args: splitOutside(args, ',').map(readType), result: readType(result) }
}

function readType(text: string): Type {
  const names: TypeName[] = []
  const items = new Map<TypeName, Type>()
  const alternatives = splitOutside(text, '|')
  for (const alternative of alternatives) {
    const [, name = '', inner] = /^(\w+)(?:<(.+)>)?$/.exec(alternative) ?? []
    names.push(name as TypeName)
    if (inner) items.set(name as TypeName, readType(inner))
  }
  return { any: text === 'any', names, items }
}

/** Splits at a separator that is not between angle brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of text) {
    if (char === '<') depth += 1
    if (char === '>') depth -= 1
    if (char === separator && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += char
  }
  if (part.trim()) parts.push(part.trim())
  return parts
}
