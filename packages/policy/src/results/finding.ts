import type { JsonObject, JsonValue } from '@chainloop/attestation/json/json-value'

import type { FindingType } from '../documents/policy.ts'
import { InvalidResult } from './verdict.ts'

type Check = (value: JsonValue) => boolean

const text: Check = (value) => typeof value === 'string'
const texts: Check = (value) => Array.isArray(value) && value.every(text)
const integer: Check = (value) => Number.isSafeInteger(value)
const object: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const score: Check = (value) => typeof value === 'number' && value >= 0 && value <= 10

interface Shape {
  readonly required: readonly string[]
  readonly fields: Readonly<Record<string, Check>>
}

const SHAPES: Readonly<Record<FindingType, Shape>> = {
  VULNERABILITY: {
    required: ['external_id', 'package_purl', 'severity'],
    fields: {
      external_id: text,
      package_purl: text,
      severity: text,
      cvss_v3_score: score,
      cwes: texts,
      recommendation: text,
      description: text,
      fixed_version: text,
      assessment: object,
    },
  },
  SAST: {
    required: ['rule_id', 'severity', 'location'],
    fields: {
      rule_id: text,
      severity: text,
      location: text,
      line_number: integer,
      code_snippet: text,
      recommendation: text,
      severity_score: score,
      assessment: object,
    },
  },
  LICENSE_VIOLATION: {
    required: ['component_name', 'license_id'],
    fields: {
      component_name: text,
      license_id: text,
      package_purl: text,
      license_name: text,
      component_version: text,
      recommendation: text,
      assessment: object,
    },
  },
}

/** The fields of the type; others are left out. Throws `InvalidResult` for a missing or misshapen one. */
export function readFinding(type: FindingType, item: JsonObject): JsonObject {
  const { required, fields } = SHAPES[type]
  const missing = required.find((name) => item[name] === undefined || item[name] === '')
  if (missing !== undefined) throw new InvalidResult(`a ${type} finding has no "${missing}"`)
  const known = Object.entries(item).filter(([name]) => Object.hasOwn(fields, name))
  const wrong = known.find(([name, value]) => fields[name]?.(value) === false)
  if (wrong) throw new InvalidResult(`"${wrong[0]}" of a ${type} finding is not of its type`)
  return Object.fromEntries(known)
}
