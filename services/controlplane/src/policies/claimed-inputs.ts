import type { ContractSpec, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import type { Predicate, PredicateEvaluation } from '@chainloop/attestation/predicate/predicate'
import type { RuntimeInput } from '@chainloop/policy/inputs/runtime-inputs'

/**
 * The values that a run may give: those of inputs that the contract leaves to runs, as the job's own evaluations say
 * that they were. Whatever else the job put in stays its word, and changes nothing here.
 */
export function runtimeInputsOf(
  { policies }: Pick<ContractSpec, 'policies'>,
  { policyEvaluations = {} }: Pick<Predicate, 'policyEvaluations'>,
): RuntimeInput[] {
  const claimed = Object.values(policyEvaluations).flat()
  return [...policies.materials, ...policies.attestation].flatMap((attachment) =>
    (attachment.runtimeInputs ?? []).flatMap((input) =>
      valuesOf(claimed, attachment, input).map((value): RuntimeInput => ({
        scope: scopeOf(attachment),
        input,
        value,
        mode: 'replace',
      })),
    ),
  )
}

function valuesOf(
  claimed: readonly PredicateEvaluation[],
  attachment: PolicyAttachment,
  input: string,
): string[] {
  const scope = scopeOf(attachment)
  return claimed.flatMap(({ name, policyReference, with: given }) => {
    const isOf = name === scope || policyReference?.uri === scope.replace(/@sha256:[0-9a-f]+$/, '')
    const value = given?.[input]
    return isOf && value !== undefined ? [value] : []
  })
}

/** What runtime inputs name a policy by: its reference, or the name of one that is written out. */
function scopeOf({ ref, embedded }: PolicyAttachment): string {
  if (ref !== undefined) return ref
  const metadata = embedded?.['metadata']
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  const name = isObject && 'name' in metadata ? metadata['name'] : undefined
  return typeof name === 'string' ? name : ''
}
