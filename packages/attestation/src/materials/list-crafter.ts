import { TextDecoder } from 'node:util'

import { InvalidJson } from '../json/parse-json.ts'
import { readJsonList } from '../json/read-json-list.ts'
import { root } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'
import { emptyFile, refusing } from './read-document.ts'

export interface ListRules {
  readonly annotations: Readonly<Record<string, string>>
  /** The items may also be lines. Default: a JSON array only. */
  readonly lines?: boolean
  /** An empty file is a list without items. */
  readonly emptyFile?: boolean
}

/** A crafter of lists of any length: `assertItem` sees one finding after the other. */
export function listCrafter(
  kind: MaterialKind,
  assertItem: (item: Place) => void,
  rules: ListRules,
): Crafter {
  return {
    async inspect(evidence) {
      if (evidence.size === 0 && !rules.emptyFile) throw emptyFile(kind, evidence)
      return refusing(kind, evidence, async () => {
        let index = 0
        for await (const value of readJsonList(decoded(kind, evidence, rules))) {
          assertItem({ ...root(value), path: `[${index}]` })
          index += 1
        }
        return { annotations: rules.annotations }
      })
    },
  }
}

async function* decoded(
  kind: MaterialKind,
  evidence: Evidence,
  rules: ListRules,
): AsyncGenerator<string> {
  const starts = rules.lines ? /^\s*(?:[[{]|$)/ : /^\s*(?:\[|$)/
  let first = true
  for await (const text of decodedUtf8(evidence.open())) {
    if (first && text !== '' && !starts.test(text)) {
      throw new InvalidMaterial(kind, `${evidence.name} is not ${kind}: it is not a list in JSON`)
    }
    first &&= text === ''
    yield text
  }
}

/** The text of JSON in pieces. Throws `InvalidJson` where it is not UTF-8. */
export async function* decodedUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (cause) {
    if (isEncodingError(cause)) throw new InvalidJson('invalid UTF-8', { line: 1, column: 1 })
    throw cause
  }
}

export function isEncodingError(cause: unknown): boolean {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
  return String(code).startsWith('ERR_ENCODING_')
}
