import { z } from 'zod'

import type { DeliveredAttestation } from '../plugin.ts'

/** What the policies said about a run; the control plane has evaluated them again before it stored the attestation. */
export interface Verdict {
  readonly evaluations: number
  readonly violations: number
  /** A gate does not hold: the run must not go on. */
  readonly blocked: boolean
  /** One per violation: `policy: message`. Empty when the attestation does not list them. */
  readonly messages: readonly string[]
}

const evaluation = z.object({
  name: z.string(),
  violations: z.array(z.object({ message: z.string() })).default([]),
})

const predicate = z.object({
  policyEvaluationsCount: z.int().nonnegative().default(0),
  policyViolationsCount: z.int().nonnegative().default(0),
  policyHasViolations: z.boolean().default(false),
  policyAttBlocked: z.boolean().default(false),
  policyEvaluations: z.record(z.string(), z.array(evaluation)).default({}),
})

export function verdictOf({ statement }: DeliveredAttestation): Verdict {
  const { data } = predicate.safeParse(statement['predicate'])
  if (!data) return { evaluations: 0, violations: 0, blocked: false, messages: [] }
  const messages = Object.values(data.policyEvaluations)
    .flat()
    .flatMap(({ name, violations }) => violations.map(({ message }) => `${name}: ${message}`))
  return {
    evaluations: data.policyEvaluationsCount,
    violations: Math.max(
      data.policyViolationsCount,
      messages.length,
      data.policyHasViolations ? 1 : 0,
    ),
    blocked: data.policyAttBlocked,
    messages,
  }
}

/** One line: what a status can say. */
export function verdictText({ evaluations, violations, blocked }: Verdict): string {
  if (evaluations === 0) return 'Attested; no policies'
  if (violations === 0) return blocked ? 'Blocked by a policy gate' : 'Attested; policies hold'
  const found = `${violations} policy violation${violations === 1 ? '' : 's'}`
  return blocked ? `Blocked: ${found}` : `Attested; ${found}`
}
