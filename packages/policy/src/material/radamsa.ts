import { readRadamsaRecords } from '@chainloop/attestation/materials/radamsa-report'
import { fromJson } from '@chainloop/rego/values/json'
import { parseNumber } from '@chainloop/rego/values/number'
import { RegoObject } from '@chainloop/rego/values/object'
import type { Value } from '@chainloop/rego/values/value'

import type { MaterialReader } from './read-material.ts'

/** `generator: file, path: "/tmp/sample", length: 16892` */
const FIELD = /([a-z][a-z\d?!-]*): (?:"((?:[^"\\]|\\.)*)"|([^",]*))(?:, |$)/g

/** One object for each generated case, of all logs; what is written as a number is one. */
export const readRadamsa: MaterialReader = async (evidence, { maxDocumentBytes }) => {
  const records: Value[] = []
  const options = { archiveLimits: { bytes: maxDocumentBytes } }
  await readRadamsaRecords(evidence, options, (line) => records.push(recordOf(line)))
  return fromJson(records)
}

function recordOf(line: string): RegoObject {
  const fields = [...line.matchAll(FIELD)].map(
    ([, name = '', quoted, plain = '']): [string, Value] => [
      name,
      quoted === undefined ? (parseNumber(plain) ?? plain) : quoted.replaceAll(/\\(.)/g, '$1'),
    ],
  )
  return RegoObject.from(fields)
}
