import type { DeliveredPolicies } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

export interface Verdict {
  /** A gate does not hold: the run must not go on. */
  readonly blocked: boolean
  /** One per violation: `policy: message`. */
  readonly violations: readonly string[]
  /** One line: what a status can say. */
  readonly text: string
}

/** What the policies came to. Throws `DeliveryError` (throttled) while the server has not evaluated all of them. */
export function verdictOf({ status, evaluations }: DeliveredPolicies): Verdict {
  if (status === 'evaluating') {
    throw new DeliveryError('throttled', 'the policies are still being evaluated', {
      retryAfterMs: 15_000,
    })
  }
  const violations = evaluations.flatMap(({ name, violations: found }) =>
    found.map(({ message }) => `${name}: ${message}`),
  )
  const blocked = status === 'blocked'
  return { blocked, violations, text: textOf(evaluations.length, violations.length, blocked) }
}

function textOf(evaluations: number, violations: number, blocked: boolean): string {
  if (evaluations === 0) return 'Attested; no policies'
  if (violations === 0) return blocked ? 'Blocked by a policy gate' : 'Attested; policies hold'
  const found = `${violations} policy violation${violations === 1 ? '' : 's'}`
  return blocked ? `Blocked: ${found}` : `Attested; ${found}`
}
