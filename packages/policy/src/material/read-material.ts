import { decodeUtf8, InvalidJson } from '@chainloop/attestation/json/parse-json'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { readAll } from '@chainloop/attestation/materials/read-document'
import { RegoError } from '@chainloop/rego/errors'
import { RegoObject } from '@chainloop/rego/values/object'
import { parseJson } from '@chainloop/rego/values/parse-json'
import type { Value } from '@chainloop/rego/values/value'

import { readAccesschk } from './accesschk.ts'
import { readCobertura } from './cobertura.ts'
import { readDranzer } from './dranzer.ts'
import { readJacoco } from './jacoco.ts'
import { readJsonLines } from './json-lines.ts'
import { readJunit } from './junit.ts'
import { readRadamsa } from './radamsa.ts'
import { readSigcheck } from './sigcheck.ts'
import { readStatement } from './statement.ts'
import { readYaml } from './yaml-document.ts'
import { readZap } from './zap.ts'

/** Scripts cannot be shown what is in the material; the message says why. */
export class UnreadableMaterial extends Error {
  override readonly name = 'UnreadableMaterial'
}

export interface ReadLimits {
  /** Bytes of a document that is held as a whole. */
  readonly maxDocumentBytes: number
}

export type MaterialReader = (evidence: Evidence, limits: ReadLimits) => Promise<Value>

/** A material as scripts see it. Throws `UnreadableMaterial`. */
export async function readMaterial(
  kind: MaterialKind,
  evidence: Evidence,
  limits: ReadLimits,
): Promise<Value> {
  try {
    return await readerOf(kind)(evidence, limits)
  } catch (cause) {
    const isExpected =
      cause instanceof InvalidMaterial || cause instanceof InvalidJson || cause instanceof RegoError
    if (isExpected) throw new UnreadableMaterial(`${kind}: ${cause.message}`, { cause })
    throw cause
  }
}

function readerOf(kind: MaterialKind): MaterialReader {
  return READERS[kind] ?? jsonReader(kind)
}

/** A file of one of these has no content of a shape, or none that is worth more than what its crafter found. */
const nothing: MaterialReader = async () => RegoObject.empty

const READERS: Partial<Readonly<Record<MaterialKind, MaterialReader>>> = {
  STRING: nothing,
  CONTAINER_IMAGE: nothing,
  HELM_CHART: nothing,
  RADAMSA_CRASHES: nothing,
  JUNIT_XML: readJunit,
  JACOCO_XML: readJacoco,
  COBERTURA_XML: readCobertura,
  SYSINTERNALS_SIGCHECK: readSigcheck,
  TRUFFLEHOG_JSON: readJsonLines('TRUFFLEHOG_JSON'),
  OPENAPI_SPEC: readYaml('OPENAPI_SPEC'),
  ASYNCAPI_SPEC: readYaml('ASYNCAPI_SPEC'),
  ATTESTATION: readStatement('ATTESTATION'),
  SLSA_PROVENANCE: readStatement('SLSA_PROVENANCE'),
  GRAPHQL_SPEC: async (evidence, limits) =>
    RegoObject.record({ schema: decodeUtf8(await readAll('GRAPHQL_SPEC', evidence, limits)) }),
  ZAP_DAST_ZIP: readZap,
  SYSINTERNALS_ACCESSCHK: readAccesschk,
  CERTCC_DRANZER: readDranzer,
  RADAMSA_REPORT: readRadamsa,
}

/** One document, or several in lines, which become a list. */
function jsonReader(kind: MaterialKind): MaterialReader {
  return async (evidence, limits) => {
    const text = decodeUtf8(await readAll(kind, evidence, limits))
    try {
      return parseJson(text)
    } catch (cause) {
      if (!(cause instanceof RegoError) || !isLines(text)) throw cause
      return readJsonLines(kind)(evidence, limits)
    }
  }
}

function isLines(text: string): boolean {
  return /^\s*[{[].*[}\]]\s*\n\s*[{[]/.test(text)
}
