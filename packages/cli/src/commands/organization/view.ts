import type { Organization } from '@chainloop/sdk/model/organization'

import { record, type RecordBlock } from '../../core/view.ts'

export function organizationRecord(organization: Organization): RecordBlock {
  return record([
    ['name', organization.name],
    ['policies block', organization.blockOnPolicyViolation],
    ['hosts that policies may ask', organization.policiesAllowedHostnames.join(', ')],
    ['workflows only by operators', organization.preventImplicitWorkflowCreation],
    ['contracts only by administrators', organization.restrictContractCreation],
    ['released versions are closed', organization.blockAttestationsOnReleasedVersions],
    ['runner variables are left out', organization.skipRunnerEnvVars],
    ['jobs may update contracts', organization.allowJobContractUpdate],
    ['jobs may use old revisions', organization.allowOldContractRevisions],
    ['the log is public', organization.publicLog],
    ['exceptions need two people', organization.twoPersonPolicyExceptions],
    ['created', organization.createdAt],
    ['id', organization.id],
  ])
}
