import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  OrgItem_PolicyViolationBlockingStrategy as Strategy,
  type OrgItemSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Organization } from '../organizations/organization.ts'

export function organizationMessage({
  settings,
  ...organization
}: Organization): MessageInitShape<typeof OrgItemSchema> {
  const { apiTokenMaxDaysInactive } = settings
  return {
    id: organization.id,
    name: organization.name,
    createdAt: timestampFromDate(organization.createdAt),
    updatedAt: timestampFromDate(organization.updatedAt),
    defaultPolicyViolationStrategy: settings.blockOnPolicyViolation
      ? Strategy.BLOCK
      : Strategy.ADVISORY,
    policyAllowedHostnames: [...settings.policiesAllowedHostnames],
    preventImplicitWorkflowCreation: settings.preventImplicitWorkflowCreation,
    restrictContractCreationToOrgAdmins: settings.restrictContractCreationToOrgAdmins,
    ...(apiTokenMaxDaysInactive === undefined ? {} : { apiTokenMaxDaysInactive }),
    enableAiAgentCollector: settings.enableAiAgentCollector,
    blockAttestationsOnReleasedVersions: settings.blockAttestationsOnReleasedVersions,
    skipRunnerEnvVars: settings.skipRunnerEnvVars,
    allowJobContractUpdate: settings.allowJobContractUpdate,
    allowOldContractRevisions: settings.allowOldContractRevisions,
    twoPersonPolicyExceptions: settings.twoPersonPolicyExceptions,
    publicLog: settings.publicLog,
  }
}
