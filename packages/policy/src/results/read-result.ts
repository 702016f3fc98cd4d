import type { JsonObject, JsonValue } from '@chainloop/attestation/json/json-value'

import type { FindingType } from '../documents/policy.ts'
import { readFinding } from './finding.ts'
import { InvalidResult, type Verdict, type Violation } from './verdict.ts'

/** A script cannot bury its reader. */
export const MAX_VIOLATIONS = 10_000

/**
 * What `result` of a script says. Findings, where there are any, stand for the violations; a flag of another type
 * counts as absent. Throws `InvalidResult`.
 */
export function readResult(result: JsonValue, findingType: FindingType | undefined): Verdict {
  if (!isObject(result)) throw new InvalidResult('the result is not an object')
  const findings = listOf(result, 'findings')
  const items = findings.length > 0 ? findings : listOf(result, 'violations')
  const isFinding = findings.length > 0
  if (items.length > MAX_VIOLATIONS) {
    throw new InvalidResult(`the result has ${items.length} violations, ${MAX_VIOLATIONS} at most`)
  }
  return {
    ignored: result['ignore'] === true,
    skipped: result['skipped'] === true,
    skipReason: typeof result['skip_reason'] === 'string' ? result['skip_reason'] : '',
    violations: items.map((item) => readViolation(item, { isFinding, findingType })),
  }
}

function listOf(result: JsonObject, name: string): readonly JsonValue[] {
  const value = result[name]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new InvalidResult(`"${name}" is not a list`)
}

function readViolation(
  item: JsonValue,
  { isFinding, findingType }: { isFinding: boolean; findingType: FindingType | undefined },
): Violation {
  if (typeof item === 'string' && !isFinding) return { message: item, suppressed: false }
  const what = isFinding ? 'a finding' : 'a violation'
  if (!isObject(item)) throw new InvalidResult(`${what} is neither a text nor an object`)
  const message = item['message']
  if (typeof message !== 'string') throw new InvalidResult(`${what} has no "message"`)
  const suppressed = item['suppress'] === true
  if (findingType === undefined) return { message, suppressed }
  return { message, suppressed, finding: readFinding(findingType, item) }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
