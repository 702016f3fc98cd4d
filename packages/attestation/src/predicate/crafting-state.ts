import type { Contract } from '../contract/contract.ts'
import type { Commit } from '../git/commit.ts'
import type { Material } from '../materials/material.ts'
import type { RunnerType } from '../runners/runner-type.ts'
import type { PolicyEvaluation } from './policy-evaluation.ts'

/** Everything a run gathers between init and push; a statement is rendered from it and nothing else. */
export interface CraftingState {
  readonly dryRun: boolean
  readonly workflow: WorkflowMetadata
  readonly contract: Contract
  readonly initializedAt: Date
  /** Set when the run is finished, before the statement is rendered. */
  readonly finishedAt?: Date | undefined
  /** In the order they were added; names are unique. */
  readonly materials: readonly Material[]
  readonly annotations: Readonly<Record<string, string>>
  /** The runner's variables and the contract's allow-list. */
  readonly env: Readonly<Record<string, string>>
  readonly runner: RunnerContext
  /** Absent outside a repository. */
  readonly head?: Commit | undefined
  readonly policyEvaluations: readonly PolicyEvaluation[]
  /** The organization blocks on any violation: the default of every gate. */
  readonly blockOnPolicyViolation: boolean
  /** Somebody asked to push in spite of a gate. */
  readonly bypassPolicyCheck: boolean
  readonly auth?: AuthInfo | undefined
  readonly signing: SigningOptions
  readonly casBackend?: CasBackendInfo | undefined
}

export interface WorkflowMetadata {
  readonly id: string
  readonly name: string
  readonly project: string
  readonly team: string
  readonly organization: string
  /** Empty in a dry run. */
  readonly runId: string
  readonly contractName: string
  readonly contractRevision: number
  readonly version: ProjectVersion
}

export interface ProjectVersion {
  /** Empty when none was named. */
  readonly version: string
  readonly prerelease: boolean
  readonly markAsReleased: boolean
}

/** What the run says about the machine it is on: a claim until the control plane has verified it. */
export interface RunnerContext {
  readonly type: RunnerType
  readonly url: string
  readonly environment: RunnerEnvironment
  /** The runner proved itself by an OIDC token. */
  readonly authenticated: boolean
  readonly workflowFilePath: string
}

export type RunnerEnvironment = 'managed' | 'self-hosted' | 'unknown'

export interface AuthInfo {
  readonly type: AuthType
  readonly id: string
}

export type AuthType = 'AUTH_TYPE_USER' | 'AUTH_TYPE_API_TOKEN' | 'AUTH_TYPE_FEDERATED'

export interface SigningOptions {
  /** Empty: no timestamp is asked for. */
  readonly timestampAuthorityUrl: string
  /** Name of the authority that issues the certificate. */
  readonly signingCa: string
}

export interface CasBackendInfo {
  readonly id: string
  readonly name: string
  readonly fallback: boolean
}
