import type { RunEvaluations } from '../policies/policy-evaluation-repo.ts'
import type { FieldStatus } from './field-status.ts'

/** How policies block is decided by the organization, and has a row of its own. */
const STRATEGY = 'predicate.policyCheckBlockingStrategy'

/**
 * What a statement says about policies is verified once the server has evaluated them itself and found the same. Where it
 * differs the server's result counts, and the field says what the difference is.
 */
export function policyFields(
  fields: readonly FieldStatus[],
  { differences, finishedAt }: Pick<RunEvaluations, 'differences' | 'finishedAt'>,
): FieldStatus[] {
  return fields.map((status) => {
    if (!status.field.startsWith('predicate.policy') || status.field === STRATEGY) return status
    if (!finishedAt) return { ...status, detail: 'the policies are still being evaluated' }
    return differences.length === 0
      ? { field: status.field, source: 'policies', verified: true }
      : { ...status, detail: differences.join('; ').slice(0, 1000) }
  })
}
