import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { isNotEvaluated } from '@chainloop/attestation/predicate/policy-summary'

import type { ExceptionUse } from './applied-exception.ts'
import type { PolicyException } from './policy-exception.ts'

/** Digests of the run's materials, by name. */
export type Digests = ReadonlyMap<string, string>

export interface Excepted {
  readonly evaluations: readonly PolicyEvaluation[]
  readonly uses: readonly ExceptionUse[]
}

/**
 * What policies found, with what there is leave to violate suppressed. Only what would count is looked at: what a
 * policy suppresses itself, or finds in shadow mode, needs no leave.
 */
export function applyExceptions(
  found: readonly PolicyEvaluation[],
  { exceptions, digests }: { exceptions: readonly PolicyException[]; digests: Digests },
): Excepted {
  const uses: ExceptionUse[] = []
  const evaluations = found.map((one) => {
    if (one.shadow === true) return one
    const mine = exceptions.filter((exception) => isAbout(exception, one, digests))
    const excepted = except(one, mine)
    uses.push(...usesIn(excepted, mine))
    return excepted
  })
  return { evaluations, uses: mergedUses(uses) }
}

function isAbout(
  { policy, subject }: PolicyException,
  { name, materialName = '' }: PolicyEvaluation,
  digests: Digests,
): boolean {
  return (
    policy === name &&
    (subject.material === '' || subject.material === materialName) &&
    (subject.digest === '' || subject.digest === digests.get(materialName))
  )
}

function except(one: PolicyEvaluation, mine: readonly PolicyException[]): PolicyEvaluation {
  const whole = mine.find(({ subject }) => subject.violation === '')
  if (isNotEvaluated(one) && one.violations.length === 0) {
    return whole ? { ...one, exceptions: [whole.id] } : one
  }
  const violations = one.violations.map((violation) => {
    const { message, finding, suppressed } = violation
    const cover =
      mine.find(({ subject }) => isNamed(subject.violation, { message, finding })) ?? whole
    return suppressed || !cover
      ? violation
      : { ...violation, suppressed: true, exception: cover.id }
  })
  return { ...one, violations }
}

/** By the whole of what it says: part of a message may be what the job has written. */
function isNamed(
  wanted: string,
  { message, finding }: Pick<PolicyEvaluation['violations'][number], 'message' | 'finding'>,
): boolean {
  return wanted !== '' && (wanted === message || wanted === finding?.['external_id'])
}

function usesIn(one: PolicyEvaluation, mine: readonly PolicyException[]): ExceptionUse[] {
  const material = one.materialName ?? ''
  return mine.flatMap(({ id }) => {
    const covered = one.violations.filter(({ exception }) => exception === id)
    const violations = covered.map(({ message }) => message)
    const isUsed = violations.length > 0 || (one.exceptions ?? []).includes(id)
    return isUsed ? [{ exceptionId: id, material, violations }] : []
  })
}

/** One policy may judge a material more than once. */
function mergedUses(uses: readonly ExceptionUse[]): ExceptionUse[] {
  const groups = Map.groupBy(uses, ({ exceptionId, material }) =>
    JSON.stringify([exceptionId, material]),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const violations = [...new Set(group.flatMap((use) => use.violations))]
    return first ? [{ ...first, violations }] : []
  })
}

/** What was found, as if there was leave for nothing. */
export function withoutExceptions(evaluations: readonly PolicyEvaluation[]): PolicyEvaluation[] {
  return evaluations.map(({ exceptions: _exceptions, ...one }) => ({
    ...one,
    violations: one.violations.map(({ exception, ...violation }) =>
      exception === undefined ? violation : { ...violation, suppressed: false },
    ),
  }))
}
