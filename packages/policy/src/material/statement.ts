import { decodeUtf8 } from '@chainloop/attestation/json/parse-json'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { readAll } from '@chainloop/attestation/materials/read-document'
import { RegoObject } from '@chainloop/rego/values/object'
import { parseJson } from '@chainloop/rego/values/parse-json'
import type { Value } from '@chainloop/rego/values/value'

import type { MaterialReader } from './read-material.ts'

/** The statement in an envelope, in a bundle, or bare. */
export function readStatement(kind: MaterialKind): MaterialReader {
  return async (evidence, limits) => {
    const document = parseJson(decodeUtf8(await readAll(kind, evidence, limits)))
    if (!(document instanceof RegoObject)) throw new InvalidMaterial(kind, 'it is not an object')
    const payload = payloadOf(document.get('dsseEnvelope')) ?? payloadOf(document)
    if (payload === undefined) return document
    return parseJson(decodeUtf8(Buffer.from(payload, 'base64')))
  }
}

function payloadOf(envelope: Value | undefined): string | undefined {
  if (!(envelope instanceof RegoObject)) return undefined
  const payload = envelope.get('payload')
  return typeof payload === 'string' && envelope.has('signatures') ? payload : undefined
}
