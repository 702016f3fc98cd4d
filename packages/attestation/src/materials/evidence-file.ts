import type { JsonValue } from '../json/json-value.ts'
import { InvalidJson, parseJson } from '../json/parse-json.ts'
import { isObject } from '../json/shape.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { readDocument } from './read-document.ts'

/** Any file. One that is an envelope of ours says what is in it: an id, perhaps a schema, and `data`. */
export const evidenceFile: Crafter = {
  async inspect(evidence, options) {
    const document = await readIfJson(evidence, options)
    if (!isObject(document) || !Object.hasOwn(document, 'data')) return { annotations: {} }
    const id = document['chainloop.material.evidence.id'] ?? document['id']
    const schema = document['schema']
    if (typeof id !== 'string' || id === '') return { annotations: {} }
    return {
      annotations: {
        'chainloop.material.evidence.id': id,
        ...(typeof schema === 'string' && { 'chainloop.material.evidence.schema': schema }),
      },
    }
  },
}

async function readIfJson(
  evidence: Evidence,
  options: InspectOptions,
): Promise<JsonValue | undefined> {
  try {
    return parseJson(await readDocument('EVIDENCE', evidence, options))
  } catch (cause) {
    const other = cause instanceof InvalidMaterial && cause.reason !== 'empty'
    if (other || cause instanceof InvalidJson) return undefined
    throw cause
  }
}
