import type {
  OrganizationService,
  OrganizationServiceUpdateRequest,
} from '@chainloop/proto/controlplane/v1/organization'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { createOrganization } from '../organizations/create-organization.ts'
import type { OrganizationSettings } from '../organizations/organization.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { notBuilt } from './not-built.ts'
import { organizationMessage } from './organization-message.ts'

export function organizationService(
  ctx: Pick<Context, 'config' | 'db'>,
): ServiceImpl<typeof OrganizationService> {
  return {
    create: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        result: organizationMessage(await createOrganization(tx, actorOf(call), req)),
      })),

    update: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const change = { name: req.name, settings: changedSettings(req) }
        return { result: organizationMessage(await updateOrganization(tx, actorOf(call), change)) }
      }),

    delete: notBuilt,
    listMemberships: notBuilt,
    deleteMembership: notBuilt,
    updateMembership: notBuilt,
  }
}

/** Only what the request sets. */
function changedSettings(req: OrganizationServiceUpdateRequest): Partial<OrganizationSettings> {
  const days = req.apiTokenMaxDaysInactive
  const given = {
    blockOnPolicyViolation: req.blockOnPolicyViolation,
    preventImplicitWorkflowCreation: req.preventImplicitWorkflowCreation,
    restrictContractCreationToOrgAdmins: req.restrictContractCreationToOrgAdmins,
    enableAiAgentCollector: req.enableAiAgentCollector,
    blockAttestationsOnReleasedVersions: req.blockAttestationsOnReleasedVersions,
    skipRunnerEnvVars: req.skipRunnerEnvVars,
    allowJobContractUpdate: req.allowJobContractUpdate,
    allowOldContractRevisions: req.allowOldContractRevisions,
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(days === undefined ? {} : { apiTokenMaxDaysInactive: days === 0 ? undefined : days }),
    ...(req.updatePoliciesAllowedHostnames
      ? { policiesAllowedHostnames: req.policiesAllowedHostnames }
      : {}),
  }
}
