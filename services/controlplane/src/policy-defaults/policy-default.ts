import type { StoredKind } from '../policy-store/stored-policy.ts'

/** A policy or group that judges every run of the organization, whatever its contract says. */
export interface PolicyDefault {
  readonly id: string
  readonly kind: StoredKind
  readonly name: string
  /** What it is pinned to. */
  readonly version: number
  readonly digest: string
  readonly with: Readonly<Record<string, string>>
  /** Undefined: what the organization says. */
  readonly gate: boolean | undefined
  readonly shadow: boolean
  readonly createdBy: string
  readonly createdAt: Date
}
