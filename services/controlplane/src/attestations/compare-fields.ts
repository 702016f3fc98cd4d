import type { Statement } from '@chainloop/attestation/predicate/predicate'

import type { FieldStatus } from './field-status.ts'
import { FIELD_TABLE } from './field-table.ts'
import type { FieldRule } from './field-table.ts'
import { refuse } from './refusal.ts'
import type { Truth } from './truth.ts'

/** Every field of the table against what the server knows. Throws at the first one that says something else. */
export function compareFields(statement: Statement, truth: Truth): FieldStatus[] {
  return Object.entries(FIELD_TABLE).flatMap(([field, rule]) => {
    const value = valueAt(statement, field)
    const known = withIdentity(rule, truth)
    assertExpected({ field, value }, known, truth)
    return value === undefined ? [] : [{ field, source: known.source, verified: known.verified }]
  })
}

function withIdentity(rule: FieldRule, { run }: Truth): FieldRule {
  const verified = run.identity && rule.identity?.(run.identity)
  return verified === undefined
    ? rule
    : { ...rule, source: 'job identity', verified: true, expect: () => verified }
}

function assertExpected(
  { field, value }: { readonly field: string; readonly value: unknown },
  { source, expect, optional }: FieldRule,
  truth: Truth,
): void {
  if (!expect || (value === undefined && optional)) return
  const expected = expect(truth)
  if (value === expected) return
  throw refuse(
    'STATEMENT_MISMATCH',
    `${field} is ${JSON.stringify(value) ?? 'absent'}, but the ${source === 'job' ? 'run' : source} says ${JSON.stringify(expected) ?? 'nothing'}`,
    { field },
  )
}

function valueAt(statement: Statement, path: string): unknown {
  return path.split('.').reduce<unknown>(memberOf, statement)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}
