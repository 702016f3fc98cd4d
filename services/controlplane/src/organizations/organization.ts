/** A tenant: everything else belongs to exactly one. */
export interface Organization {
  readonly id: string
  readonly name: string
  readonly suspended: boolean
  readonly settings: OrganizationSettings
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface OrganizationSettings {
  /** A policy violation stops the push. */
  readonly blockOnPolicyViolation: boolean
  /** Where policies may fetch from. */
  readonly policiesAllowedHostnames: readonly string[]
  /** Jobs do not create workflows. */
  readonly preventImplicitWorkflowCreation: boolean
  /** Only operators create contracts, whatever other rights a token has. */
  readonly restrictContractCreationToOrgAdmins: boolean
  /** Undefined: tokens may be idle for ever. */
  readonly apiTokenMaxDaysInactive: number | undefined
  readonly enableAiAgentCollector: boolean
  /** No run on a released version. */
  readonly blockAttestationsOnReleasedVersions: boolean
  /** Jobs do not record the runner's variables. */
  readonly skipRunnerEnvVars: boolean
  /** A job may send a contract for an existing workflow. */
  readonly allowJobContractUpdate: boolean
  /** A job may choose another revision than the latest. */
  readonly allowOldContractRevisions: boolean
  /** Exceptions to policies need the approval of two people who have not asked for them. */
  readonly twoPersonPolicyExceptions: boolean
  /** Anybody may read the transparency log. */
  readonly publicLog: boolean
}
