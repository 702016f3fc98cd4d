import { TextDecoder } from 'node:util'

import { InvalidMaterial } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { isEncodingError } from './list-crafter.ts'
import type { MaterialKind } from './material-kind.ts'

/** In characters. */
export const MAX_LINE_LENGTH = 1024 * 1024

export interface LineOptions {
  /** Bytes that are no text become U+FFFD: for tools that write in the code page of their machine. */
  readonly tolerant?: boolean
}

/** The lines of a text in UTF-8, or in UTF-16 where a byte order mark says so; without their ends. */
export async function* readLines(
  kind: MaterialKind,
  evidence: Evidence,
  { tolerant = false }: LineOptions = {},
): AsyncGenerator<string> {
  let line = 1
  let pending = ''
  const fail = (problem: string): never => {
    throw new InvalidMaterial(kind, `${evidence.name} is not ${kind}: line ${line}: ${problem}`)
  }
  try {
    for await (const text of decoded(evidence.open(), tolerant)) {
      const lines = (pending + text).split('\n')
      pending = lines.pop() ?? ''
      for (const one of lines) {
        yield checked(one, fail)
        line += 1
      }
      if (pending.length > MAX_LINE_LENGTH) fail(`more than ${MAX_LINE_LENGTH} characters`)
    }
  } catch (cause) {
    if (isEncodingError(cause)) fail('it is not text in UTF-8 or UTF-16')
    throw cause
  }
  if (pending !== '') yield checked(pending, fail)
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  tolerant: boolean,
): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: !tolerant })
    yield decoder.decode(chunk, { stream: true })
  }
  if (decoder) yield decoder.decode()
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8'
}

function checked(line: string, fail: (problem: string) => never): string {
  if (line.includes('\0')) fail('it has a NUL, which no text has')
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
