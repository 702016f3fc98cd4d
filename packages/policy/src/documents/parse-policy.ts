import type { Reading } from '@chainloop/attestation/contract/reading'
import { parseText, type Tree } from '@chainloop/attestation/contract/tree'
import { decodeUtf8, InvalidJson } from '@chainloop/attestation/json/parse-json'

import { InvalidPolicy } from './invalid-policy.ts'
import type { Policy, PolicyGroup } from './policy.ts'
import { readPolicyGroupDocument } from './read-group.ts'
import { readPolicyDocument } from './read-policy.ts'

export const MAX_POLICY_BYTES = 1024 * 1024

/** JSON or YAML. Unlike in contracts an unknown key is refused: it might have been meant to restrict something. */
export function parsePolicy(document: Uint8Array | string): Policy {
  return parse(document, readPolicyDocument)
}

export function parsePolicyGroup(document: Uint8Array | string): PolicyGroup {
  return parse(document, readPolicyGroupDocument)
}

function parse<T>(document: Uint8Array | string, read: (reading: Reading, tree: Tree) => T): T {
  const text = typeof document === 'string' ? document : decode(document)
  const { tree, problems, problemAt } = parseText(text)
  if (!tree) throw new InvalidPolicy(problems)
  const reading: Reading = { problems: [], warnings: [], problemAt }
  const value = read(reading, tree)
  const found = [...reading.problems, ...reading.warnings]
  if (found.length > 0) {
    throw new InvalidPolicy(found.toSorted((a, b) => a.line - b.line || a.column - b.column))
  }
  return value
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_POLICY_BYTES) {
    throw new InvalidPolicy([whole(`larger than ${MAX_POLICY_BYTES} bytes`)])
  }
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    const { line, column } = cause
    throw new InvalidPolicy([{ path: '', line, column, message: 'is not UTF-8' }])
  }
}

function whole(message: string) {
  return { path: '', line: 1, column: 1, message }
}
