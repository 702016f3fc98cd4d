import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Phase, PolicyScript } from '../documents/policy.ts'
import type { PolicyInputDocument } from '../material/input-document.ts'
import {
  appliesInGroup,
  appliesToAttestation,
  appliesToMaterial,
  runsIn,
  scriptsFor,
  type Selectable,
} from '../selection/applies.ts'
import {
  blockingOf,
  evaluatePolicy,
  type EvaluationSettings,
  type EvaluationSubject,
} from './evaluate-policy.ts'
import type { AttachedPolicy, ContractPolicies } from './load-policies.ts'
import { isFailure, notEvaluated } from './not-evaluated.ts'

/** The policies that judge a material, groups first. */
export function policiesFor(
  { materials }: Pick<ContractPolicies, 'materials'>,
  material: Selectable,
): readonly AttachedPolicy[] {
  return materials.filter(({ loaded, attachment, member }) =>
    member?.material
      ? appliesInGroup(loaded.policy, member.material, material)
      : appliesToMaterial(loaded.policy, attachment, material),
  )
}

/** What the policies of a contract say about a material. Its content is read only if one of them judges it. */
export async function evaluateMaterial(
  policies: Pick<ContractPolicies, 'materials'>,
  { material, read }: { material: Selectable; read: () => Promise<PolicyInputDocument> },
  settings: EvaluationSettings,
): Promise<PolicyEvaluation[]> {
  const mine = policiesFor(policies, material)
  if (mine.length === 0) return []
  const about = { kind: material.kind, materialName: material.name }
  const input = await readInput(read, settings)
  if (!('forRego' in input)) {
    return unique(mine, settings).map((attached) =>
      notEvaluated(attached, { subject: about, settings, reason: input.reason }),
    )
  }
  const subject = { ...about, input }
  const found: PolicyEvaluation[] = []
  for (const attached of unique(mine, settings)) {
    const scripts = scriptsFor(attached.loaded.policy, material.kind)
    const evaluation = await evaluateOne(attached, scripts, { subject, settings })
    if (evaluation) found.push(evaluation)
  }
  return found
}

/** Content that cannot be shown has no verdict, instead of a good one. */
async function readInput(
  read: () => Promise<PolicyInputDocument>,
  { failures }: Pick<EvaluationSettings, 'failures'>,
): Promise<PolicyInputDocument | { readonly reason: string }> {
  try {
    return await read()
  } catch (cause) {
    if (failures !== 'record' || !isFailure(cause)) throw cause
    return { reason: cause.message }
  }
}

/** What the policies about the attestation say at this moment of a run. */
export async function evaluateAttestation(
  policies: Pick<ContractPolicies, 'attestation'>,
  { statement, phase }: { statement: PolicyInputDocument; phase: Phase },
  settings: EvaluationSettings,
): Promise<PolicyEvaluation[]> {
  const subject = { kind: 'ATTESTATION', input: statement } as const
  const found: PolicyEvaluation[] = []
  for (const attached of unique(policies.attestation, settings)) {
    const { policy } = attached.loaded
    if (!appliesToAttestation(policy, phase)) continue
    const scripts = scriptsFor(policy, 'ATTESTATION').filter((script) => runsIn(script, phase))
    const evaluation = await evaluateOne(attached, scripts, { subject, settings })
    if (evaluation) found.push(evaluation)
  }
  return found
}

/** One policy that fails takes no other along where failures are recorded. */
async function evaluateOne(
  attached: AttachedPolicy,
  scripts: readonly PolicyScript[],
  on: { subject: EvaluationSubject; settings: EvaluationSettings },
): Promise<PolicyEvaluation | undefined> {
  try {
    return await evaluatePolicy(attached, scripts, on)
  } catch (cause) {
    if (on.settings.failures !== 'record' || !isFailure(cause)) throw cause
    return notEvaluated(attached, { ...on, reason: cause.message })
  }
}

/** The same policy with the same arguments and the same consequences is asked once, by whomever first. */
function unique(
  policies: readonly AttachedPolicy[],
  settings: Pick<EvaluationSettings, 'gateByDefault'>,
): readonly AttachedPolicy[] {
  const seen = new Set<string>()
  return policies.filter((one) => {
    const { attachment, loaded, member } = one
    const { name, uri, digest } = loaded.reference
    const own = uri === '' ? attachment.embedded : undefined
    const { gate, shadow } = blockingOf(one, settings)
    const about = [name, uri, digest, own, attachment.with, member?.bindings]
    const key = JSON.stringify([...about, gate, shadow])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
