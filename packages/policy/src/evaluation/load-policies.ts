import type {
  ContractSpec,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'
import { decodeUtf8, InvalidJson } from '@chainloop/attestation/json/parse-json'
import type { PolicyReference } from '@chainloop/attestation/predicate/policy-evaluation'

import { parsePolicy, parsePolicyGroup } from '../documents/parse-policy.ts'
import type { Policy, PolicyMetadata } from '../documents/policy.ts'
import { type Arguments, computeArguments } from '../inputs/compute-arguments.ts'
import { interpolate } from '../inputs/interpolate.ts'
import { InvalidScript } from '../languages/script-language.ts'
import { wasmText } from '../languages/wasm.ts'
import type { Closure, Pin } from '../references/close-references.ts'
import { pinnedDocument } from '../references/pinned-document.ts'
import type { LoadedGroup, LoadedPolicy } from './loaded-policy.ts'

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
  /** Of the group's attachment: none of its policies blocks. */
  readonly shadow?: boolean | undefined
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
}

/** The policies of a contract, from what it is closed over. Throws `InvalidPolicy`, `NotPinned`. */
export function loadPolicies(
  { policies, policyGroups }: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  closure: Closure,
): ContractPolicies {
  const attached = attacher(closure)
  const groups = policyGroups.map((attachment) => bind(attachment, closure))
  const members = groups.map((group) => membersOf(group, attached))
  return {
    materials: [
      ...members.flatMap(({ materials }) => materials),
      ...attached(policies.materials, { referrer: '' }),
    ],
    attestation: [
      ...attached(policies.attestation, { referrer: '' }),
      ...members.flatMap(({ attestation }) => attestation),
    ],
  }
}

interface Attaching {
  /** Location of the document that attaches; empty: the contract. */
  readonly referrer: string
  readonly member?: GroupMembership
}

type Attach = (attachments: readonly PolicyAttachment[], by: Attaching) => AttachedPolicy[]

/** One document is read once, however often it is attached. */
function attacher(closure: Closure): Attach {
  const known = new Map<string, LoadedPolicy>()
  return (attachments, { referrer, member }) =>
    attachments
      .filter(({ disabled }) => !disabled)
      .map((attachment) => {
        const key = JSON.stringify([attachment.ref ?? attachment.embedded, referrer])
        const loaded = known.get(key) ?? load(attachment, { closure, referrer })
        known.set(key, loaded)
        return { attachment, member, loaded }
      })
}

interface BoundGroup {
  readonly loaded: LoadedGroup
  readonly bindings: Arguments
  readonly attachment: PolicyGroupAttachment
  readonly location: string
}

function bind(attachment: PolicyGroupAttachment, closure: Closure): BoundGroup {
  const { bytes, location, pin } = pinnedDocument(closure, {
    kind: 'policy_group',
    ref: attachment.ref,
  })
  const group = parsePolicyGroup(bytes)
  const { values } = computeArguments(group, attachment.with)
  const reference = referenceTo(group.metadata, pin)
  return { loaded: { group, reference }, bindings: values, attachment, location }
}

function membersOf(
  { loaded, bindings, attachment, location: referrer }: BoundGroup,
  attached: Attach,
): { materials: AttachedPolicy[]; attestation: AttachedPolicy[] } {
  const { group } = loaded
  const base = { group: loaded, bindings, gate: attachment.gate, shadow: attachment.shadow }
  const isWanted = (one: AttachedPolicy): boolean =>
    !attachment.skip.includes(one.loaded.policy.metadata.name)
  const materials = group.materials.flatMap(({ name, matchMode, policies }) => {
    const material = { name: interpolate(name, bindings), matchMode }
    return attached(policies, { referrer, member: { ...base, material } })
  })
  const attestation = attached(group.attestation, { referrer, member: base })
  return { materials: materials.filter(isWanted), attestation: attestation.filter(isWanted) }
}

interface From {
  readonly closure: Closure
  readonly referrer: string
}

function load({ ref, embedded }: PolicyAttachment, from: From): LoadedPolicy {
  if (ref === undefined) return loadEmbedded(JSON.stringify(embedded ?? {}), from)
  const { bytes, location, pin } = pinnedDocument(from.closure, {
    kind: 'policy',
    ref,
    referrer: from.referrer,
  })
  const policy = parsePolicy(bytes)
  const reference = referenceTo(policy.metadata, pin)
  return { policy, reference, texts: textsOf(policy, { ...from, referrer: location }) }
}

/** Known by its name alone; its scripts are beside what it is written in. */
function loadEmbedded(text: string, from: From): LoadedPolicy {
  const policy = parsePolicy(text)
  const { name } = policy.metadata
  return { policy, reference: { name, uri: '', organization: '' }, texts: textsOf(policy, from) }
}

function referenceTo({ name, organization }: PolicyMetadata, pin: Pin): PolicyReference {
  return { name, uri: pin.reference, digest: pin.digest, organization }
}

function textsOf(policy: Policy, { closure, referrer }: From): LoadedPolicy['texts'] {
  const several = policy.scripts.length > 1
  return new Map(
    policy.scripts.map((script, at) => {
      const file = `${policy.metadata.name}${several ? `[${at}]` : ''}`
      if ('embedded' in script.source) return [script, { file, text: script.source.embedded }]
      const { ref } = script.source
      const { bytes } = pinnedDocument(closure, { kind: 'script', ref, referrer })
      return [script, { file: ref, text: decodeScript(ref, bytes) }]
    }),
  )
}

function decodeScript(ref: string, bytes: Uint8Array): string {
  const module = wasmText(bytes)
  if (module !== undefined) return module
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    throw new InvalidScript(`${ref}: ${cause.message}`)
  }
}
