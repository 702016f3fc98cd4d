import type { OrgItem } from '@chainloop/proto/controlplane/v1/response_messages'

import { answered } from '../connection/unexpected-answer.ts'
import { toDate } from './time.ts'

export interface Organization {
  readonly id: string
  readonly name: string
  readonly blockOnPolicyViolation: boolean
  readonly policiesAllowedHostnames: readonly string[]
  readonly preventImplicitWorkflowCreation: boolean
  readonly restrictContractCreation: boolean
  readonly blockAttestationsOnReleasedVersions: boolean
  readonly skipRunnerEnvVars: boolean
  readonly allowJobContractUpdate: boolean
  readonly allowOldContractRevisions: boolean
  readonly twoPersonPolicyExceptions: boolean
  /** Anybody may read the transparency log. */
  readonly publicLog: boolean
  readonly createdAt: Date | undefined
}

export function toOrganization(item: OrgItem | undefined): Organization {
  const one = answered(item, 'an organization')
  return {
    id: one.id,
    name: one.name,
    blockOnPolicyViolation: one.defaultPolicyViolationStrategy === BLOCK,
    policiesAllowedHostnames: one.policyAllowedHostnames,
    preventImplicitWorkflowCreation: one.preventImplicitWorkflowCreation,
    restrictContractCreation: one.restrictContractCreationToOrgAdmins,
    blockAttestationsOnReleasedVersions: one.blockAttestationsOnReleasedVersions,
    skipRunnerEnvVars: one.skipRunnerEnvVars,
    allowJobContractUpdate: one.allowJobContractUpdate,
    allowOldContractRevisions: one.allowOldContractRevisions,
    twoPersonPolicyExceptions: one.twoPersonPolicyExceptions,
    publicLog: one.publicLog,
    createdAt: toDate(one.createdAt),
  }
}

const BLOCK = 1
