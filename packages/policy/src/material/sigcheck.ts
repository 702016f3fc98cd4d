import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import { readLines } from '@chainloop/attestation/materials/text-lines'
import { fromJson } from '@chainloop/rego/values/json'
import { CsvError, parse } from 'csv-parse/sync'

import type { MaterialReader } from './read-material.ts'

/** One object of texts per row, by the names of the columns. */
export const readSigcheck: MaterialReader = async (evidence) => {
  const lines = await Array.fromAsync(readLines('SYSINTERNALS_SIGCHECK', evidence))
  const delimiter = lines[0]?.includes('\t') ? '\t' : ','
  const options = { columns: true, delimiter, trim: true, relax_quotes: true }
  try {
    return fromJson(parse(lines.join('\n'), { ...options, skip_empty_lines: true }))
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new InvalidMaterial('SYSINTERNALS_SIGCHECK', cause.message)
  }
}
