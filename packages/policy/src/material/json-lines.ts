import { decodeUtf8 } from '@chainloop/attestation/json/parse-json'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { readAll } from '@chainloop/attestation/materials/read-document'
import { parseJson } from '@chainloop/rego/values/parse-json'

import type { MaterialReader } from './read-material.ts'

/** A list, or a document on each line; an empty file is an empty list. */
export function readJsonLines(kind: MaterialKind): MaterialReader {
  return async (evidence, limits) => {
    if (evidence.size === 0) return []
    const text = decodeUtf8(await readAll(kind, evidence, limits))
    if (text.trimStart().startsWith('[')) return parseJson(text)
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => parseJson(line))
  }
}
