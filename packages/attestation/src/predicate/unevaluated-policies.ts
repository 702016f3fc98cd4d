import type { ContractSpec, PolicyAttachment, PolicyGroupAttachment } from '../contract/contract.ts'
import type { JsonValue } from '../json/json-value.ts'
import { isObject } from '../json/shape.ts'
import type { PolicyEvaluation } from './policy-evaluation.ts'
import { NOT_EVALUATED } from './policy-summary.ts'

/**
 * One skipped evaluation per policy and group that the contract attaches, for a run whose client evaluates none.
 * `gateByDefault` is the organization's: it decides for attachments that do not say whether they are gates.
 */
export function unevaluatedPolicies(
  { policies, policyGroups }: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  { gateByDefault, reason }: { readonly gateByDefault: boolean; readonly reason: string },
): PolicyEvaluation[] {
  const skipReasons = [`${NOT_EVALUATED}${reason}`]
  const attached = (attachment: PolicyAttachment): PolicyEvaluation => ({
    ...blank(policyName(attachment), attachment),
    materialName: attachment.selector?.name,
    requirements: attachment.requirements,
    skipReasons: attachment.disabled ? ['disabled by the contract'] : skipReasons,
    ...(attachment.disabled ? { gate: false } : blocking(attachment, gateByDefault)),
    policyReference: reference(attachment),
  })
  const group = (attachment: PolicyGroupAttachment): PolicyEvaluation => ({
    ...blank(lastName(attachment.ref), attachment),
    skipReasons,
    ...blocking(attachment, gateByDefault),
    groupReference: reference(attachment),
  })
  return [
    ...policies.materials.map(attached),
    ...policies.attestation.map(attached).map((one) => ({ ...one, materialName: undefined })),
    ...policyGroups.map(group),
  ]
}

function blocking(
  { gate, shadow = false }: Pick<PolicyAttachment, 'gate' | 'shadow'>,
  gateByDefault: boolean,
): Pick<PolicyEvaluation, 'gate' | 'shadow'> {
  return shadow ? { gate: false, shadow } : { gate: gate ?? gateByDefault }
}

function blank(
  name: string,
  attachment: Pick<PolicyAttachment, 'with'>,
): Omit<PolicyEvaluation, 'gate' | 'skipReasons'> {
  return {
    name,
    type: '',
    description: '',
    annotations: {},
    sources: [],
    with: attachment.with,
    requirements: [],
    violations: [],
    skipped: true,
  }
}

function policyName({ ref, embedded }: PolicyAttachment): string {
  if (ref !== undefined) return lastName(ref)
  const metadata: JsonValue | undefined = embedded?.['metadata']
  const name = isObject(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' && name !== '' ? name : 'embedded'
}

/** `file://policies/fresh.yaml@sha256:…` is known as `fresh`. */
function lastName(ref: string): string {
  const location = ref.replace(/@.*$/, '')
  const last = location.split(/[/:]/).at(-1) ?? location
  return location.includes('://') ? last.replace(/\.[^.]+$/, '') : last
}

function reference({ ref }: { readonly ref?: string }): PolicyEvaluation['policyReference'] {
  return ref === undefined ? undefined : { name: lastName(ref), uri: ref, organization: '' }
}
