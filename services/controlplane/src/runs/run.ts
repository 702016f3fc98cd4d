import type { PolicyStatus, RunState } from '../db/schema.ts'
import type { JobIdentity } from '../identities/job-identity.ts'

export type { PolicyStatus, RunState } from '../db/schema.ts'

/** One execution of a workflow: open until an attestation, a cancellation or its expiry closes it. */
export interface Run {
  readonly id: string
  readonly organization: { readonly id: string; readonly name: string }
  readonly project: { readonly id: string; readonly name: string }
  readonly workflow: RunWorkflow
  readonly version: RunVersion
  readonly contract: RunContract
  readonly casBackendId: string
  readonly state: RunState
  readonly reason: string
  readonly runUrl: string
  /** What this instance called itself when it opened the run. */
  readonly instanceUrl: string
  /** Name of a runner type, `RUNNER_TYPE_UNSPECIFIED` for the generic one. */
  readonly runnerType: string
  /** `<kind>:<id>` of who opened it. */
  readonly createdBy: string
  /** Absent: nobody but the job says who it is. */
  readonly identity: JobIdentity | undefined
  /** As the organization wanted it when the run was opened. */
  readonly blockOnPolicyViolation: boolean
  /** What the server saw hold for this run. */
  readonly guarantees: readonly string[]
  /** `sha256:<hex>` of the exact bundle bytes. */
  readonly attestationDigest: string | undefined
  readonly policy: PolicySummary | undefined
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}

export interface RunWorkflow {
  readonly id: string
  readonly name: string
  /** As it was when the run was opened. */
  readonly team: string
  readonly description: string
  readonly runsCount: number
  readonly createdAt: Date
}

export interface RunVersion {
  readonly id: string
  readonly version: string
  readonly prerelease: boolean
  readonly latest: boolean
  readonly createdAt: Date
  readonly releasedAt: Date | undefined
}

/** The revision that the run is bound to. */
export interface RunContract {
  readonly id: string
  readonly name: string
  readonly revisionId: string
  readonly revision: number
  /** What was the latest one when the run was opened. */
  readonly latestRevisionAtInit: number
  /** What is the latest one now. */
  readonly latestRevision: number
}

export interface PolicySummary {
  readonly status: PolicyStatus
  readonly total: number
  readonly passed: number
  readonly skipped: number
  readonly violations: number
  readonly suppressed: number
  readonly hasGates: boolean
}
