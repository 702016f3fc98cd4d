import { parseText, toJson } from '@chainloop/attestation/contract/tree'
import { decodeUtf8 } from '@chainloop/attestation/json/parse-json'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { readAll } from '@chainloop/attestation/materials/read-document'
import { fromJson } from '@chainloop/rego/values/json'
import { parseJson } from '@chainloop/rego/values/parse-json'

import type { MaterialReader } from './read-material.ts'

const LIMITS = { maxDepth: 256, maxNodes: 2_000_000 }

/** JSON or YAML. */
export function readYaml(kind: MaterialKind): MaterialReader {
  return async (evidence, limits) => {
    const text = decodeUtf8(await readAll(kind, evidence, limits))
    if (text.trimStart().startsWith('{')) return parseJson(text)
    const { tree, problems } = parseText(text, LIMITS)
    if (!tree) throw new InvalidMaterial(kind, problems[0]?.message ?? 'it is not YAML')
    return fromJson(toJson(tree))
  }
}
