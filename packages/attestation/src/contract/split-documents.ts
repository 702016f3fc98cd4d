import { Parser } from 'yaml'

/** One document of a stream, in its own bytes. */
export interface SplitDocument {
  /** Line that it begins with, from 1. */
  readonly line: number
  readonly bytes: Uint8Array
}

/**
 * The documents of a YAML stream (YAML 1.2 §9), each with its comments and every byte as it was written. A stream of
 * one document is left as it is, and so is what is not UTF-8 or not YAML.
 */
export function splitDocuments(bytes: Uint8Array): readonly SplitDocument[] {
  const text = decoded(bytes)
  if (text === undefined) return [{ line: 1, bytes }]
  const starts = startsOf(text)
  if (starts.length < 2) return [{ line: 1, bytes }]
  const encoder = new TextEncoder()
  return starts.flatMap((start, at) => {
    const part = text.slice(start, starts[at + 1])
    if (isBlank(part)) return []
    return [{ line: text.slice(0, start).split('\n').length, bytes: encoder.encode(part) }]
  })
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Where documents begin; what stands before the first one belongs to it. */
function startsOf(text: string): number[] {
  const starts: number[] = []
  try {
    for (const token of new Parser().parse(text)) {
      if (token.type === 'document') starts.push(token.offset)
    }
  } catch {
    // Nested deeper than the parser's stack: nobody accepts it in one piece either.
    return []
  }
  return starts.map((start, at) => (at === 0 ? 0 : start))
}

function isBlank(part: string): boolean {
  return part
    .split('\n')
    .every((line) => /^\s*(?:#.*)?$/.test(line) || /^(?:---|\.\.\.)\s*(?:#.*)?$/.test(line))
}
