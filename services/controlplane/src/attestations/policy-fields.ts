import type { Predicate } from '@chainloop/attestation/predicate/predicate'

import type { RunEvaluations } from '../policies/policy-evaluation-repo.ts'
import type { PolicySummary } from '../runs/run.ts'
import type { FieldStatus } from './field-status.ts'

export interface FoundPolicies extends Pick<RunEvaluations, 'differences' | 'finishedAt'> {
  readonly summary: PolicySummary
}

type Known = (summary: PolicySummary) => number | boolean

/** What the server knows as soon as it has evaluated the policies itself. */
const KNOWN: Partial<Readonly<Record<keyof Predicate, Known>>> = {
  policyEvaluationsCount: ({ total }) => total,
  policyViolationsCount: ({ violations }) => violations,
  policySkippedCount: ({ skipped }) => skipped,
  policyPassedCount: ({ passed }) => passed,
  policySuppressedCount: ({ suppressed }) => suppressed,
  policyHasViolations: ({ violations }) => violations > 0,
  policyHasGates: ({ hasGates }) => hasGates,
  policyHasGatedViolations: ({ status, violations }) => status === 'blocked' && violations > 0,
  policyAttBlocked: ({ status }) => status === 'blocked',
}

/**
 * What a statement says about policies is verified where the server found exactly that. Everything else stays the job's
 * word, whatever it is: the server's result counts, and the field says where the two differ.
 */
export function policyFields(
  fields: readonly FieldStatus[],
  predicate: Predicate,
  found: FoundPolicies,
): FieldStatus[] {
  const statuses = new Map(
    Object.entries(KNOWN).map(([name, known]) => [
      `predicate.${name}`,
      statusOf(`predicate.${name}`, Reflect.get(predicate, name) === known(found.summary), found),
    ]),
  )
  return fields.map((one) => statuses.get(one.field) ?? one)
}

function statusOf(
  field: string,
  isSame: boolean,
  { differences, finishedAt, summary }: FoundPolicies,
): FieldStatus {
  const claimed = { field, source: 'job', verified: false } as const
  if (!finishedAt) return { ...claimed, detail: 'the policies are still being evaluated' }
  if (isSame) return { field, source: 'policies', verified: true }
  const detail = [`the policies came to ${summary.status}`, ...differences].join('; ')
  return { ...claimed, detail: detail.slice(0, 1000) }
}
