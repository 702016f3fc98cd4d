import type {
  ApplyResponse,
  DefaultPolicy as DefaultMessage,
  DescribeResponse,
  PolicyVersion as VersionMessage,
  StoredPolicy as StoredMessage,
} from '@chainloop/proto/policies/v1/policy_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

export const policyKind = enumNames({ policy: 1, group: 2 })
const status = enumNames({ created: 1, updated: 2, unchanged: 3 })

/** A policy or group that the organization keeps. */
export interface StoredPolicy {
  readonly name: string
  readonly kind: string
  readonly description: string
  readonly latestVersion: number
  readonly digest: string
  readonly createdAt: Date | undefined
  readonly updatedAt: Date | undefined
}

export interface PolicyVersion {
  readonly version: number
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** Empty and undefined: it is not stored yet. */
  readonly createdBy: string
  readonly createdAt: Date | undefined
}

export interface StoredPolicyDetails extends StoredPolicy {
  /** The version that was asked for. */
  readonly version: PolicyVersion
  readonly body: string
  /** The latest first. */
  readonly versions: readonly PolicyVersion[]
  /** Contracts whose latest revision refers to it. */
  readonly contracts: readonly string[]
}

export interface AppliedPolicy {
  readonly name: string
  readonly kind: string
  readonly status: string
  readonly version: PolicyVersion
  /** As it is stored. */
  readonly body: string
}

/** What judges every run of the organization. */
export interface DefaultPolicy {
  readonly name: string
  readonly kind: string
  readonly version: number
  readonly digest: string
  readonly with: Readonly<Record<string, string>>
  /** Undefined: what the organization says. */
  readonly gate: boolean | undefined
  readonly shadow: boolean
  readonly createdBy: string
  readonly createdAt: Date | undefined
}

export function toStoredPolicy(item: StoredMessage | undefined): StoredPolicy {
  const one = answered(item, 'a policy')
  const { name, description, latestVersion, digest } = one
  return {
    name,
    description,
    latestVersion,
    digest,
    kind: policyKind.nameOf(one.kind),
    createdAt: toDate(one.createdAt),
    updatedAt: toDate(one.updatedAt),
  }
}

export function toStoredPolicyDetails(answer: DescribeResponse): StoredPolicyDetails {
  return {
    ...toStoredPolicy(answer.policy),
    version: toVersion(answer.version),
    body: new TextDecoder().decode(answer.content),
    versions: answer.versions.map(toVersion),
    contracts: answer.contracts,
  }
}

export function toAppliedPolicy(answer: ApplyResponse): AppliedPolicy {
  return {
    name: answer.name,
    kind: policyKind.nameOf(answer.kind),
    status: status.nameOf(answer.status),
    version: toVersion(answer.version),
    body: new TextDecoder().decode(answer.content),
  }
}

function toVersion(item: VersionMessage | undefined): PolicyVersion {
  const { version, digest, size, createdBy, createdAt } = answered(item, 'a version of a policy')
  return { version, digest, size: Number(size), createdBy, createdAt: toDate(createdAt) }
}

export function toDefaultPolicy(item: DefaultMessage | undefined): DefaultPolicy {
  const one = answered(item, 'a default policy')
  const { name, version, digest, with: given, gate, shadow, createdBy } = one
  return {
    name,
    version,
    digest,
    with: given,
    gate,
    shadow,
    createdBy,
    kind: policyKind.nameOf(one.kind),
    createdAt: toDate(one.createdAt),
  }
}
