import type { StoredKind } from '../db/policy-store-schema.ts'

export type { StoredKind } from '../db/policy-store-schema.ts'

/** A policy or group that the organization keeps; what it says is in its versions. */
export interface StoredPolicy {
  readonly id: string
  readonly organizationId: string
  readonly kind: StoredKind
  readonly name: string
  readonly description: string
  readonly latestVersion: number
  /** Of the latest version. */
  readonly digest: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Never changes. */
export interface StoredVersion {
  readonly policyId: string
  readonly name: string
  readonly kind: StoredKind
  /** From 1. */
  readonly version: number
  /** `sha256:<hex>` of its bytes. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** Name of who applied it. */
  readonly createdBy: string
  readonly createdAt: Date
}

export const KIND_NAMES: Readonly<Record<StoredKind, string>> = {
  policy: 'policy',
  policy_group: 'policy group',
}
