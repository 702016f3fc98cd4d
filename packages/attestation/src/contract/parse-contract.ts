import { InvalidJson, decodeUtf8, parseJsonText } from '../json/parse-json.ts'
import { InvalidContract } from './contract-problem.ts'
import type { ContractProblem } from './contract-problem.ts'
import type { Contract } from './contract.ts'
import { readContract } from './read-contract.ts'
import type { Reading } from './reading.ts'
import { parseText } from './tree.ts'

export interface ParsedContract {
  readonly contract: Contract
  readonly format: 'json' | 'yaml'
  /** Keys that nobody reads: accepted, and probably a mistake. */
  readonly warnings: readonly ContractProblem[]
}

export const MAX_CONTRACT_BYTES = 1024 * 1024

/** JSON or YAML, v1 or v2. Throws `InvalidContract` with everything that is wrong. */
export function parseContract(bytes: Uint8Array): ParsedContract {
  const text = decode(bytes)
  const { tree, problems, problemAt } = parseText(text)
  if (!tree) throw new InvalidContract(looksLikeCue(text) ? [CUE_REFUSED] : problems)
  if (tree.value === null) throw new InvalidContract([wholeDocument('the contract is empty')])

  const reading: Reading = { problems: [], warnings: [], problemAt }
  const contract = readContract(reading, tree)
  if (reading.problems.length > 0) throw new InvalidContract(reading.problems.toSorted(byPlace))
  return { contract, format: isJson(text) ? 'json' : 'yaml', warnings: reading.warnings }
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_CONTRACT_BYTES) {
    throw new InvalidContract([wholeDocument(`larger than ${MAX_CONTRACT_BYTES} bytes`)])
  }
  try {
    const text = decodeUtf8(bytes)
    if (text.includes('\0')) throw new InvalidContract([wholeDocument('contains a NUL character')])
    return text
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    const { line, column } = cause
    throw new InvalidContract([{ path: '', line, column, message: 'is not UTF-8' }])
  }
}

function isJson(text: string): boolean {
  try {
    parseJsonText(text)
    return true
  } catch {
    return false
  }
}

/** Packages, imports, definitions and comments of CUE, none of which begins a line of YAML or JSON. */
function looksLikeCue(text: string): boolean {
  return /^\s*(?:\/\/|package\s+\w+\s*$|import\s*["(]|#\w+:)/m.test(text)
}

const CUE_REFUSED = wholeDocument('contracts in CUE are not supported, use JSON or YAML')

function wholeDocument(message: string): ContractProblem {
  return { path: '', line: 1, column: 1, message }
}

function byPlace(a: ContractProblem, b: ContractProblem): number {
  return a.line - b.line || a.column - b.column
}
