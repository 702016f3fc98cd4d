import type { Deviation } from '@chainloop/attestation/provenance/verification-summary'

import type { AppliedException } from '../policy-exceptions/applied-exception.ts'
import type { Run } from '../runs/run.ts'

/** What did not hold for the run and was let through, with who decided that; an exception stands there once. */
export function deviationsOf(
  { policy: summary, createdBy }: Pick<Run, 'policy' | 'createdBy'>,
  exceptions: readonly AppliedException[],
): Deviation[] {
  const applied = new Map(exceptions.map((one) => [one.exceptionId, one]))
  const granted = [...applied.values()].map(({ policy, reason, approvedBy }) => ({
    type: 'exception' as const,
    policy,
    reason,
    by: approvedBy.join(', '),
  }))
  if (summary?.status !== 'bypassed') return granted
  const reason = 'a gate was passed over on request'
  return [...granted, { type: 'break-glass', policy: '', reason, by: createdBy }]
}
