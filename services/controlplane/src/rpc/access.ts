import type { DescMethod, DescService } from '@bufbuild/protobuf'
import { AuditService } from '@chainloop/proto/audit/v1/audit_service'
import { BuilderService } from '@chainloop/proto/builders/v1/builder_service'
import { ContractDocumentService } from '@chainloop/proto/contracts/v1/contract_document_service'
import { APITokenService } from '@chainloop/proto/controlplane/v1/api_token'
import { AttestationStateService } from '@chainloop/proto/controlplane/v1/attestation_state'
import { AuthService } from '@chainloop/proto/controlplane/v1/auth'
import { CASBackendService } from '@chainloop/proto/controlplane/v1/cas_backends'
import { CASCredentialsService } from '@chainloop/proto/controlplane/v1/cas_credentials'
import { CASRedirectService } from '@chainloop/proto/controlplane/v1/cas_redirect'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { GroupService } from '@chainloop/proto/controlplane/v1/group'
import { IntegrationsService } from '@chainloop/proto/controlplane/v1/integrations'
import { OrgInvitationService } from '@chainloop/proto/controlplane/v1/org_invitation'
import { OrgMetricsService } from '@chainloop/proto/controlplane/v1/org_metrics'
import { OrganizationService } from '@chainloop/proto/controlplane/v1/organization'
import { ProjectService } from '@chainloop/proto/controlplane/v1/project'
import { ReferrerService } from '@chainloop/proto/controlplane/v1/referrer'
import { SigningService } from '@chainloop/proto/controlplane/v1/signing'
import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { UserService } from '@chainloop/proto/controlplane/v1/user'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import {
  AttestationService,
  WorkflowRunService,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import { DeliveryService } from '@chainloop/proto/deliveries/v1/delivery_service'
import { ServerReflection } from '@chainloop/proto/grpc/reflection/v1/reflection'
import { ServerReflection as ServerReflectionAlpha } from '@chainloop/proto/grpc/reflection/v1alpha/reflection'
import { AttachmentService } from '@chainloop/proto/integrations/v1/attachment_service'
import { BackendSecretService } from '@chainloop/proto/internal/v1/backend_secret_service'
import {
  DeliveryService as InternalDeliveryService,
  PluginService,
} from '@chainloop/proto/internal/v1/delivery_service'
import { PluginTaskService } from '@chainloop/proto/internal/v1/plugin_task_service'
import { ReceiptService } from '@chainloop/proto/internal/v1/receipt_service'
import { PolicyExceptionService } from '@chainloop/proto/policies/v1/policy_exception_service'
import { PolicyService } from '@chainloop/proto/policies/v1/policy_service'
import { PolicySimulationService } from '@chainloop/proto/policies/v1/policy_simulation_service'
import { ProvenanceService } from '@chainloop/proto/provenance/v1/provenance_service'
import { QuotaService } from '@chainloop/proto/quotas/v1/quota_service'
import { SharingService } from '@chainloop/proto/referrers/v1/sharing_service'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { SessionService } from '@chainloop/proto/sessions/v1/session_service'
import { StorageService } from '@chainloop/proto/storage/v1/storage_service'
import { VerificationSummaryService } from '@chainloop/proto/summaries/v1/verification_summary_service'
import { LogService } from '@chainloop/proto/transparency/v1/log_service'
import { SignerService } from '@chainloop/proto/trust/v1/signer_service'
import { TrustService } from '@chainloop/proto/trust/v1/trust_service'
import { TrustRuleService } from '@chainloop/proto/trustrules/v1/trust_rule_service'

import type { Right } from '../auth/right.ts'

/**
 * `anyone` needs no token, `authenticated` any valid one, `person` somebody who is signed in, whatever the organization;
 * everything else the right of that name.
 */
export type Access = Right | 'anyone' | 'authenticated' | 'person'

type AccessOf<S extends DescService> = Readonly<Record<keyof S['method'], Access>>
type Row = readonly [DescMethod, Access]

function rows<S extends DescService>(service: S, access: AccessOf<S>): Row[] {
  return Object.entries<DescMethod>(service.method).map(([name, method]) => [
    method,
    access[name as keyof S['method']],
  ])
}

/**
 * Who may call what. Leaving a method out does not compile; a method that is not here is refused.
 * Which project or run the right is good for is the use case's question (`actor.require(right, scope)`).
 */
const table: readonly Row[] = [
  ...rows(StatusService, { infoz: 'anyone', statusz: 'anyone' }),
  ...rows(ServerReflection, { serverReflectionInfo: 'anyone' }),
  ...rows(ServerReflectionAlpha, { serverReflectionInfo: 'anyone' }),
  ...rows(ContextService, { current: 'context:read' }),
  ...rows(OrganizationService, {
    create: 'organization:create',
    update: 'organization:update',
    delete: 'organization:delete',
    listMemberships: 'membership:read',
    deleteMembership: 'membership:manage',
    updateMembership: 'membership:manage',
  }),
  ...rows(OrgInvitationService, {
    create: 'invitation:create',
    revoke: 'invitation:revoke',
    listSent: 'invitation:read',
  }),
  ...rows(GroupService, {
    create: 'group:manage',
    get: 'group:read',
    list: 'group:read',
    update: 'group:manage',
    delete: 'group:manage',
    listMembers: 'group:read',
    addMember: 'group:maintain',
    removeMember: 'group:maintain',
    updateMemberMaintainerStatus: 'group:maintain',
    listPendingInvitations: 'group:maintain',
    listProjects: 'group:read',
  }),
  ...rows(ProjectService, {
    listMembers: 'project_member:read',
    addMember: 'project_member:manage',
    removeMember: 'project_member:manage',
    updateMemberRole: 'project_member:manage',
    listPendingInvitations: 'project_member:read',
  }),
  ...rows(UserService, {
    listMemberships: 'person',
    deleteMembership: 'person',
    setCurrentMembership: 'person',
  }),
  ...rows(AuthService, { deleteAccount: 'person' }),
  ...rows(SessionService, {
    exchange: 'anyone',
    startDevice: 'anyone',
    pollDevice: 'anyone',
    refresh: 'anyone',
    list: 'person',
    revoke: 'person',
  }),
  ...rows(WorkflowService, {
    create: 'workflow:create',
    update: 'workflow:update',
    list: 'workflow:read',
    view: 'workflow:read',
    delete: 'workflow:delete',
  }),
  ...rows(WorkflowContractService, {
    list: 'contract:read',
    create: 'contract:create',
    update: 'contract:update',
    describe: 'contract:read',
    delete: 'contract:delete',
    apply: 'contract:create',
  }),
  ...rows(ContractDocumentService, { get: 'policy:read', list: 'policy:read' }),
  ...rows(PolicyService, {
    apply: 'policy:manage',
    list: 'policy:read',
    describe: 'policy:read',
    delete: 'policy:manage',
    setDefault: 'policy:manage',
    listDefaults: 'policy:read',
    removeDefault: 'policy:manage',
  }),
  ...rows(PolicyExceptionService, {
    request: 'policy_exception:request',
    approve: 'policy_exception:approve',
    reject: 'policy_exception:approve',
    // Who asked for it, too: the use case asks.
    revoke: 'policy_exception:request',
    list: 'policy_exception:read',
    describe: 'policy_exception:read',
  }),
  ...rows(PolicySimulationService, { simulate: 'policy:simulate' }),
  ...rows(WorkflowRunService, { list: 'run:read', view: 'run:read' }),
  ...rows(AttestationService, {
    findOrCreateWorkflow: 'run:attest',
    getContract: 'run:attest',
    init: 'run:attest',
    store: 'run:store',
    getUploadCreds: 'run:continue',
    cancel: 'run:continue',
    getPolicy: 'policy:read',
    getPolicyGroup: 'policy:read',
  }),
  ...rows(AttestationStateService, {
    initialized: 'run:continue',
    save: 'run:continue',
    read: 'run:continue',
    reset: 'run:continue',
  }),
  ...rows(RunService, {
    renewToken: 'run:continue',
    join: 'run:attest',
    appendState: 'run:continue',
    getVerdict: 'run:store',
  }),
  ...rows(SigningService, { generateSigningCert: 'run:continue', getTrustedRoot: 'anyone' }),
  ...rows(TrustService, { getTrustedRoot: 'anyone' }),
  ...rows(CASCredentialsService, { get: 'authenticated' }),
  ...rows(CASRedirectService, { getDownloadURL: 'artifact:read' }),
  ...rows(CASBackendService, {
    list: 'cas_backend:read',
    create: 'cas_backend:manage',
    update: 'cas_backend:manage',
    delete: 'cas_backend:manage',
    revalidate: 'cas_backend:manage',
  }),
  ...rows(StorageService, {
    startMigration: 'cas_backend:manage',
    startVerification: 'cas_backend:manage',
    startCollection: 'cas_backend:manage',
    describeTask: 'cas_backend:read',
    listTasks: 'cas_backend:read',
    cancelTask: 'cas_backend:manage',
    setRetention: 'cas_backend:manage',
    listRetention: 'cas_backend:read',
  }),
  ...rows(ReferrerService, { discoverPrivate: 'referrer:read' }),
  ...rows(SharingService, {
    request: 'organization:update',
    list: 'organization:read',
    end: 'organization:update',
  }),
  ...rows(QuotaService, { list: 'organization:read', set: 'quota:manage' }),
  ...rows(APITokenService, {
    create: 'api_token:create',
    list: 'api_token:read',
    revoke: 'api_token:revoke',
  }),
  ...rows(TrustRuleService, {
    add: 'trust_rule:create',
    list: 'trust_rule:read',
    remove: 'trust_rule:delete',
  }),
  ...rows(BuilderService, {
    set: 'trust_rule:create',
    list: 'trust_rule:read',
    remove: 'trust_rule:delete',
  }),
  ...rows(ProvenanceService, { get: 'run:read', list: 'run:read' }),
  ...rows(VerificationSummaryService, {
    create: 'run:read',
    list: 'run:read',
    getPublicKey: 'anyone',
  }),
  ...rows(OrgMetricsService, {
    totals: 'run:read',
    topWorkflowsByRunsCount: 'run:read',
    dailyRunsCount: 'run:read',
  }),
  ...rows(LogService, {
    read: 'log:read',
    getHead: 'log:read',
    proveConsistency: 'log:read',
    proveAttestation: 'run:read',
    listRunEvents: 'run:read',
    getTrustedRoot: 'organization:read',
  }),
  ...rows(AuditService, {
    list: 'audit:read',
    read: 'audit:read',
    getHead: 'audit:read',
    proveConsistency: 'audit:read',
  }),
  ...rows(SignerService, {
    add: 'signer:create',
    list: 'signer:read',
    describe: 'signer:read',
    remove: 'signer:delete',
  }),
  ...rows(IntegrationsService, {
    listAvailable: 'integration:read',
    register: 'integration:register',
    deregister: 'integration:register',
    listRegistrations: 'integration:read',
    describeRegistration: 'integration:read',
    attach: 'integration:attach',
    detach: 'integration:attach',
    listAttachments: 'integration:read',
  }),
  ...rows(AttachmentService, { test: 'integration:attach' }),
  ...rows(DeliveryService, {
    list: 'delivery:read',
    describe: 'delivery:read',
    retry: 'integration:attach',
    cancel: 'integration:attach',
    getReceipt: 'delivery:read',
    status: 'integration:read',
    pause: 'integration:register',
    resume: 'integration:register',
    startReplay: 'integration:attach',
    describeReplay: 'delivery:read',
    listReplays: 'delivery:read',
    cancelReplay: 'integration:attach',
  }),
  ...rows(ReceiptService, { report: 'internal:receipts' }),
  ...rows(BackendSecretService, { read: 'internal:secrets' }),
  ...rows(InternalDeliveryService, {
    claim: 'internal:deliveries',
    readMaterial: 'internal:deliveries',
    reportAttempts: 'internal:deliveries',
  }),
  ...rows(PluginService, { announce: 'internal:deliveries' }),
  ...rows(PluginTaskService, {
    claimTask: 'internal:deliveries',
    readTaskMaterial: 'internal:deliveries',
    reportTask: 'internal:deliveries',
  }),
]

const access: ReadonlyMap<string, Access> = new Map(
  table.map(([method, needed]) => [procedure(method), needed]),
)

/** Undefined: nobody. */
export function accessOf(method: DescMethod): Access | undefined {
  return access.get(procedure(method))
}

/** `controlplane.v1.WorkflowService/Create`. */
export function procedure(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`
}
