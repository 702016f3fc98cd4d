import type {
  ContractSpec,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'

import { InvalidPolicy } from '../documents/invalid-policy.ts'
import { parsePolicy, parsePolicyGroup } from '../documents/parse-policy.ts'
import { policiesOf, type Policy, type PolicyGroup } from '../documents/policy.ts'
import { computeArguments, MissingInput } from '../inputs/compute-arguments.ts'
import { InvalidTemplate } from '../inputs/interpolate.ts'
import type { Closure } from './close-references.ts'
import { withGroupMaterials } from './group-materials.ts'
import { pinnedDocument } from './pinned-document.ts'

/** A group is asked to leave something out that it does not have. */
class UnknownPolicy extends Error {
  override readonly name = 'UnknownPolicy'
}

/** What is wrong between a contract and what it refers to: inputs that are missing, skipped policies that are not there. */
export function checkAttachments(spec: ContractSpec, closure: Closure): string[] {
  const attachments = [...spec.policies.materials, ...spec.policies.attestation]
  return [
    ...attachments.flatMap((one) => problemsIn(() => checkPolicy(one, closure))),
    ...spec.policyGroups.flatMap((one) => problemsIn(() => checkGroup(one, closure))),
    ...problemsIn(() => {
      const pinned = (ref: string) => pinnedDocument(closure, { kind: 'policy_group', ref }).bytes
      withGroupMaterials({ spec }, pinned)
    }),
  ].filter((problem, at, all) => all.indexOf(problem) === at)
}

const PROBLEMS = [InvalidPolicy, InvalidTemplate, MissingInput, UnknownPolicy]

function problemsIn(check: () => void): string[] {
  try {
    check()
    return []
  } catch (cause) {
    if (cause instanceof Error && PROBLEMS.some((problem) => cause instanceof problem)) {
      return [cause.message]
    }
    throw cause
  }
}

function checkPolicy(attachment: PolicyAttachment, closure: Closure): void {
  const policy = attachedPolicy(attachment, closure)
  if (policy) computeArguments(policy, attachment.with)
}

function attachedPolicy(
  { ref, embedded }: Pick<PolicyAttachment, 'ref' | 'embedded'>,
  closure: Closure,
  referrer = '',
): Policy | undefined {
  if (embedded) return parsePolicy(JSON.stringify(embedded))
  if (ref === undefined) return undefined
  return parsePolicy(pinnedDocument(closure, { kind: 'policy', ref, referrer }).bytes)
}

function checkGroup({ ref, with: given, skip }: PolicyGroupAttachment, closure: Closure): void {
  const { bytes, location } = pinnedDocument(closure, { kind: 'policy_group', ref })
  const group = parsePolicyGroup(bytes)
  computeArguments(group, given)
  const names = new Set(namesOf(group, closure, location))
  const absent = skip.filter((name) => !names.has(name))
  if (absent.length > 0) {
    throw new UnknownPolicy(
      `group ${group.metadata.name} has no policy ${absent.join(', ')} to skip`,
    )
  }
}

function namesOf(group: PolicyGroup, closure: Closure, referrer: string): string[] {
  return policiesOf(group).flatMap((attachment) => {
    const policy = attachedPolicy(attachment, closure, referrer)
    return policy ? [policy.metadata.name] : []
  })
}
