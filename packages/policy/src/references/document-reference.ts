import type { ContractSpec, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import type { Digest } from '@chainloop/attestation/digest'
import { isDigest } from '@chainloop/attestation/digest'
import type { JsonObject } from '@chainloop/attestation/json/json-value'

import { parsePolicy } from '../documents/parse-policy.ts'
import type { Policy } from '../documents/policy.ts'

export type DocumentKind = 'policy' | 'policy_group' | 'script'

/** Something that a contract, a policy or a group needs and does not contain. */
export interface DocumentReference {
  readonly kind: DocumentKind
  /** As it is written, without its digest. */
  readonly reference: string
  /** What the bytes have to be. */
  readonly digest: Digest | undefined
}

/** What attaches a policy: one that is elsewhere, or a whole one. */
export type AttachedPolicy = Pick<PolicyAttachment, 'ref' | 'embedded'>

/** What the contract itself refers to. Throws `InvalidPolicy` for an embedded policy that is none. */
export function referencesOfContract({
  policies,
  policyGroups,
}: Pick<ContractSpec, 'policies' | 'policyGroups'>): DocumentReference[] {
  return [
    ...policyGroups.map(({ ref }) => documentReference('policy_group', ref)),
    ...[...policies.materials, ...policies.attestation].flatMap(referencesOfAttachment),
  ]
}

export function referencesOfAttachment({ ref, embedded }: AttachedPolicy): DocumentReference[] {
  if (ref !== undefined) return [documentReference('policy', ref)]
  return embedded === undefined ? [] : scriptsOf(embedded)
}

function scriptsOf(embedded: JsonObject): DocumentReference[] {
  return scriptReferences(parsePolicy(JSON.stringify(embedded)))
}

/** The scripts that a policy does not contain. */
export function scriptReferences({ scripts }: Policy): DocumentReference[] {
  return scripts.flatMap(({ source }) =>
    'ref' in source ? [documentReference('script', source.ref)] : [],
  )
}

export function documentReference(kind: DocumentKind, written: string): DocumentReference {
  const at = written.lastIndexOf('@')
  const digest = written.slice(at + 1)
  return at > 0 && isDigest(digest)
    ? { kind, reference: written.slice(0, at), digest }
    : { kind, reference: written, digest: undefined }
}
