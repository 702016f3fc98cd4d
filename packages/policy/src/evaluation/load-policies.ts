import type {
  ContractSpec,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'

import { parsePolicy, parsePolicyGroup } from '../documents/parse-policy.ts'
import type { Policy, PolicyScript } from '../documents/policy.ts'
import { type Arguments, computeArguments } from '../inputs/compute-arguments.ts'
import { interpolate } from '../inputs/interpolate.ts'
import type { ScriptText } from '../languages/script-language.ts'
import type { LoadedGroup, LoadedPolicy, PolicySource, SourceDocument } from './loaded-policy.ts'

/** A policy as something attaches it. */
export interface AttachedPolicy {
  readonly attachment: PolicyAttachment
  readonly loaded: LoadedPolicy
  /** Where it comes with a group. */
  readonly member?: GroupMembership | undefined
}

export interface GroupMembership {
  readonly group: LoadedGroup
  readonly bindings: Arguments
  /** Of the group's attachment: overrides that of the policy. */
  readonly gate?: boolean | undefined
  /** What selects materials; absent for policies about the attestation. */
  readonly material?: GroupSelector | undefined
}

export interface GroupSelector {
  readonly name: string
  readonly matchMode: 'UNSPECIFIED' | 'EXACT' | 'PREFIX'
}

/** All that a contract attaches, in the order of the contract; what is disabled or skipped is not here. */
export interface ContractPolicies {
  readonly materials: readonly AttachedPolicy[]
  readonly attestation: readonly AttachedPolicy[]
  readonly groups: readonly { readonly loaded: LoadedGroup; readonly bindings: Arguments }[]
}

/** Loads every policy once. Throws what the source throws, and `InvalidPolicy`. */
export async function loadPolicies(
  { policies, policyGroups }: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  source: PolicySource,
): Promise<ContractPolicies> {
  const load = memoized((attachment: PolicyAttachment) => loadPolicy(attachment, source))
  const attached = async (
    attachments: readonly PolicyAttachment[],
    member?: GroupMembership,
  ): Promise<AttachedPolicy[]> => {
    const wanted = attachments.filter(({ disabled }) => !disabled)
    return Promise.all(
      wanted.map(async (attachment) => ({ attachment, member, loaded: await load(attachment) })),
    )
  }
  const groups = await Promise.all(policyGroups.map((group) => loadGroup(group, source)))
  const members = await Promise.all(groups.map((group) => membersOf(group, attached)))
  return {
    materials: [
      ...members.flatMap(({ materials }) => materials),
      ...(await attached(policies.materials)),
    ],
    attestation: [
      ...(await attached(policies.attestation)),
      ...members.flatMap(({ attestation }) => attestation),
    ],
    groups,
  }
}

type Attached = (
  attachments: readonly PolicyAttachment[],
  member: GroupMembership,
) => Promise<AttachedPolicy[]>

interface BoundGroup {
  readonly loaded: LoadedGroup
  readonly bindings: Arguments
  readonly attachment: PolicyGroupAttachment
}

async function membersOf(
  { loaded, bindings, attachment }: BoundGroup,
  attached: Attached,
): Promise<{ materials: AttachedPolicy[]; attestation: AttachedPolicy[] }> {
  const { group } = loaded
  const base = { group: loaded, bindings, gate: attachment.gate }
  const isWanted = (one: AttachedPolicy): boolean =>
    !attachment.skip.includes(one.loaded.policy.metadata.name)
  const materials = await Promise.all(
    group.materials.map(({ name, matchMode, policies }) =>
      attached(policies, {
        ...base,
        material: { name: interpolate(name, bindings), matchMode },
      }),
    ),
  )
  const attestation = await attached(group.attestation, base)
  return {
    materials: materials.flat().filter(isWanted),
    attestation: attestation.filter(isWanted),
  }
}

async function loadGroup(
  attachment: PolicyGroupAttachment,
  source: PolicySource,
): Promise<BoundGroup> {
  const document = await source.document(attachment.ref)
  const group = parsePolicyGroup(document.bytes)
  const { values } = computeArguments(group.inputs, attachment.with)
  const reference = { ...document.reference, name: group.metadata.name }
  return { loaded: { group, reference }, bindings: values, attachment }
}

async function loadPolicy(
  { ref, embedded }: PolicyAttachment,
  source: PolicySource,
): Promise<LoadedPolicy> {
  if (ref === undefined) return loadEmbedded(JSON.stringify(embedded ?? {}), source)
  const document = await source.document(ref)
  const policy = parsePolicy(document.bytes)
  const reference = { ...document.reference, name: policy.metadata.name }
  return { policy, reference, texts: await textsOf(policy, { ...document, reference }, source) }
}

async function loadEmbedded(text: string, source: PolicySource): Promise<LoadedPolicy> {
  const policy = parsePolicy(text)
  const reference = { name: policy.metadata.name, uri: '', organization: '' }
  const document = { bytes: Buffer.from(text), reference }
  return { policy, reference, texts: await textsOf(policy, document, source) }
}

async function textsOf(
  policy: Policy,
  document: SourceDocument,
  source: PolicySource,
): Promise<LoadedPolicy['texts']> {
  const loaded = await Promise.all(
    policy.scripts.map(async (script, at): Promise<[PolicyScript, ScriptText]> => {
      const file = `${policy.metadata.name}${policy.scripts.length > 1 ? `[${at}]` : ''}`
      const text =
        'embedded' in script.source
          ? { file, text: script.source.embedded }
          : await source.script(script.source.ref, document)
      return [script, text]
    }),
  )
  return new Map(loaded)
}

/** One document, one load, however often it is attached. */
function memoized(
  load: (attachment: PolicyAttachment) => Promise<LoadedPolicy>,
): (attachment: PolicyAttachment) => Promise<LoadedPolicy> {
  const known = new Map<string, Promise<LoadedPolicy>>()
  return (attachment) => {
    if (attachment.ref === undefined) return load(attachment)
    const loading = known.get(attachment.ref) ?? load(attachment)
    known.set(attachment.ref, loading)
    return loading
  }
}
