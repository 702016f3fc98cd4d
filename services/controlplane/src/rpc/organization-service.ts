import type {
  OrganizationService,
  OrganizationServiceUpdateRequest,
} from '@chainloop/proto/controlplane/v1/organization'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { listMembers, removeMember, updateMember } from '../memberships/manage-members.ts'
import { createOrganization } from '../organizations/create-organization.ts'
import { deleteOrganization } from '../organizations/delete-organization.ts'
import type { OrganizationSettings } from '../organizations/organization.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { memberRole, requiredMemberRole } from './member-role-message.ts'
import { organizationMessage } from './organization-message.ts'
import { offsetPageMessage } from './page-message.ts'
import { pageOf } from './page-of.ts'
import { membershipMessage } from './people-message.ts'

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

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deleteOrganization(tx, actorOf(call), req)
        return {}
      }),

    ...memberMethods(ctx),
  }
}

function memberMethods(
  ctx: Pick<Context, 'db'>,
): Pick<
  ServiceImpl<typeof OrganizationService>,
  'listMemberships' | 'deleteMembership' | 'updateMembership'
> {
  return {
    async listMemberships(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const { membershipId: id, name, email } = req
      const filter = { id, name, email, role: memberRole(req.role), ...slice }
      const { items, totalCount } = await listMembers(ctx, actorOf(call), filter)
      return {
        result: items.map((one) => membershipMessage(one)),
        pagination: offsetPageMessage(page, totalCount),
      }
    },

    deleteMembership: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await removeMember(tx, actorOf(call), { id: req.membershipId })
        return {}
      }),

    updateMembership: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const change = { id: req.membershipId, role: requiredMemberRole(req.role) }
        return { result: membershipMessage(await updateMember(tx, actorOf(call), change)) }
      }),
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
    twoPersonPolicyExceptions: req.twoPersonPolicyExceptions,
    publicLog: req.publicLog,
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(days === undefined ? {} : { apiTokenMaxDaysInactive: days === 0 ? undefined : days }),
    ...(req.updatePoliciesAllowedHostnames
      ? { policiesAllowedHostnames: req.policiesAllowedHostnames }
      : {}),
  }
}
