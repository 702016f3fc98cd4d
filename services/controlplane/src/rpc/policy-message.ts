import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type DefaultPolicySchema,
  PolicyKind,
  type PolicyVersionSchema,
  type StoredPolicySchema,
} from '@chainloop/proto/policies/v1/policy_service'

import type { PolicyDefault } from '../policy-defaults/policy-default.ts'
import type { AppliedPolicy } from '../policy-store/apply-policy.ts'
import type { StoredKind, StoredPolicy } from '../policy-store/stored-policy.ts'
import { at } from './timestamp.ts'

const KINDS = {
  policy: PolicyKind.POLICY,
  policy_group: PolicyKind.POLICY_GROUP,
} as const satisfies Record<StoredKind, PolicyKind>

export function kindNumber(kind: StoredKind): PolicyKind {
  return KINDS[kind]
}

/** Undefined for the unspecified one. */
export function kindOf(number: PolicyKind): StoredKind | undefined {
  if (number === PolicyKind.UNSPECIFIED) return undefined
  return number === PolicyKind.POLICY ? 'policy' : 'policy_group'
}

export function storedPolicyMessage(
  policy: StoredPolicy,
): MessageInitShape<typeof StoredPolicySchema> {
  const { name, description, latestVersion, digest } = policy
  return {
    name,
    description,
    latestVersion,
    digest,
    kind: KINDS[policy.kind],
    createdAt: timestampFromDate(policy.createdAt),
    updatedAt: timestampFromDate(policy.updatedAt),
  }
}

/** Of a dry run without who and when. */
export function versionMessage({
  version,
  digest,
  size,
  createdBy = '',
  createdAt,
}: AppliedPolicy['version']): MessageInitShape<typeof PolicyVersionSchema> {
  return { version, digest, size: BigInt(size), createdBy, ...at('createdAt', createdAt) }
}

export function defaultMessage(one: PolicyDefault): MessageInitShape<typeof DefaultPolicySchema> {
  const { name, version, digest, shadow, createdBy, gate } = one
  return {
    name,
    version,
    digest,
    shadow,
    createdBy,
    kind: KINDS[one.kind],
    with: { ...one.with },
    ...(gate !== undefined && { gate }),
    createdAt: timestampFromDate(one.createdAt),
  }
}
