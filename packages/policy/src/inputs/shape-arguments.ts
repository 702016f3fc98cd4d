import type { Arguments } from './compute-arguments.ts'

export type ShapedArguments = Readonly<Record<string, string | readonly string[]>>

/**
 * What scripts see: lines and commas divide a value (`\,` is a comma of the text); one part stays a text, several
 * become a list, none leaves the argument out.
 */
export function shapeArguments(values: Arguments): ShapedArguments {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, string | string[]][] => {
      const parts = partsOf(value)
      const [first] = parts
      if (first === undefined) return []
      return [[name, parts.length === 1 ? first : parts]]
    }),
  )
}

function partsOf(value: string): string[] {
  return value
    .split('\n')
    .flatMap((line) => line.split(/(?<!\\),/))
    .map((part) => part.replaceAll(String.raw`\,`, ',').trim())
    .filter((part) => part !== '')
}
