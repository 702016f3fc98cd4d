/** One document of a stream, in its own bytes. */
export interface SplitDocument {
  /** Line that it begins with, from 1. */
  readonly line: number
  readonly bytes: Uint8Array
}

/**
 * The documents of a YAML stream, each with its comments and every byte as it was written. A stream of one document is
 * left as it is, and so is what is not UTF-8. A line that begins with `---` or `...` is a marker wherever it stands,
 * also in the middle of a text (YAML 1.2.2 §9.1.2), so nothing has to be parsed.
 */
export function splitDocuments(bytes: Uint8Array): readonly SplitDocument[] {
  const text = decoded(bytes)
  const parts = text === undefined ? [] : partsOf(text)
  if (parts.length < 2) return [{ line: 1, bytes }]
  const encoder = new TextEncoder()
  const documents = parts.filter(({ text: own }) => !EMPTY.test(own))
  return documents.map(({ line, text: own }) => ({ line, bytes: encoder.encode(own) }))
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

interface Part {
  readonly line: number
  readonly text: string
}

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let line = 1
  let begun = { line, text: '' }
  for (const piece of text.split(BOUNDARY)) {
    begun = { line: begun.line, text: begun.text + piece }
    line += piece.split('\n').length - 1
    // Comments and directives belong to the document that follows them.
    if (!PROLOGUE.test(begun.text)) {
      parts.push(begun)
      begun = { line, text: '' }
    }
  }
  return parts
}

/** In front of a marker of a beginning, and behind one of an end. */
const BOUNDARY = /(?<=^|\n)(?=---(?:\s|$))|(?<=(?:^|\n)\.\.\.(?:[^\S\n][^\n]*)?\n)/
const PROLOGUE = /^(?:[^\S\n]*(?:#[^\n]*)?(?:\n|$)|%[^\n]*(?:\n|$))*$/
const EMPTY =
  /^(?:[^\S\n]*(?:#[^\n]*)?(?:\n|$)|%[^\n]*(?:\n|$)|(?:---|\.\.\.)[^\S\n]*(?:#[^\n]*)?(?:\n|$))*$/
