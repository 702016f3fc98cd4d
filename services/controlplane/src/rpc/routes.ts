import { inspectMaterial as inspect } from '@chainloop/attestation/materials/craft'
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
import type { ConnectRouter } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { receiptVerifier } from '../receipts/receipt-verifier.ts'
import { apiTokenService } from './api-token-service.ts'
import { attachmentService } from './attachment-service.ts'
import { attestationService } from './attestation-service.ts'
import { attestationStateService } from './attestation-state-service.ts'
import { auditService } from './audit-service.ts'
import { builderService } from './builder-service.ts'
import { casBackendService } from './cas-backend-service.ts'
import { casCredentialsService } from './cas-credentials-service.ts'
import { casRedirectService } from './cas-redirect-service.ts'
import { contextService } from './context-service.ts'
import { contractDocumentService } from './contract-document-service.ts'
import { deliveryService } from './delivery-service.ts'
import { groupService } from './group-service.ts'
import { integrationsService } from './integrations-service.ts'
import { internalBackendSecretService } from './internal-backend-secret-service.ts'
import { internalDeliveryService } from './internal-delivery-service.ts'
import { internalPluginService } from './internal-plugin-service.ts'
import { internalPluginTaskService } from './internal-plugin-task-service.ts'
import { internalReceiptService } from './internal-receipt-service.ts'
import { invitationService } from './invitation-service.ts'
import { logService } from './log-service.ts'
import { orgMetricsService } from './org-metrics-service.ts'
import { organizationService } from './organization-service.ts'
import { policyExceptionService } from './policy-exception-service.ts'
import { policyService } from './policy-service.ts'
import { policySimulationService } from './policy-simulation-service.ts'
import { projectService } from './project-service.ts'
import { provenanceService } from './provenance-service.ts'
import { quotaService } from './quota-service.ts'
import { referrerService } from './referrer-service.ts'
import { runService } from './run-service.ts'
import { sessionService } from './session-service.ts'
import { sharingService } from './sharing-service.ts'
import { signerService } from './signer-service.ts'
import { signingService } from './signing-service.ts'
import { statusService } from './status-service.ts'
import { storageService } from './storage-service.ts'
import { trustRuleService } from './trust-rule-service.ts'
import { trustService } from './trust-service.ts'
import { authService, userService } from './user-service.ts'
import { verificationSummaryService } from './verification-summary-service.ts'
import { workflowContractService } from './workflow-contract-service.ts'
import { workflowRunService } from './workflow-run-service.ts'
import { workflowService } from './workflow-service.ts'

/** What clients may call; services that are not built are not here, and answer Unimplemented. */
export function apiRoutes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(StatusService, statusService(ctx))
    router.service(ContextService, contextService(ctx))
    router.service(OrganizationService, organizationService(ctx))
    router.service(OrgInvitationService, invitationService(ctx))
    router.service(GroupService, groupService(ctx))
    router.service(ProjectService, projectService(ctx))
    router.service(UserService, userService(ctx))
    router.service(AuthService, authService(ctx))
    router.service(SessionService, sessionService(ctx))
    router.service(WorkflowService, workflowService(ctx))
    router.service(WorkflowContractService, workflowContractService(ctx))
    router.service(ContractDocumentService, contractDocumentService(ctx))
    router.service(APITokenService, apiTokenService(ctx))
    router.service(CASBackendService, casBackendService(ctx))
    router.service(StorageService, storageService(ctx))
    router.service(OrgMetricsService, orgMetricsService(ctx))
    router.service(AuditService, auditService(ctx))
    router.service(LogService, logService(ctx))
    router.service(IntegrationsService, integrationsService(ctx))
    router.service(AttachmentService, attachmentService(ctx))
    router.service(DeliveryService, deliveryService(ctx))
    router.service(AttestationService, attestationService({ ...ctx, inspect }))
    router.service(AttestationStateService, attestationStateService(ctx))
    router.service(RunService, runService(ctx))
    router.service(WorkflowRunService, workflowRunService(ctx))
    router.service(SigningService, signingService(ctx))
    router.service(TrustService, trustService(ctx))
    router.service(SignerService, signerService(ctx))
    router.service(TrustRuleService, trustRuleService(ctx))
    router.service(PolicyService, policyService(ctx))
    router.service(PolicyExceptionService, policyExceptionService(ctx))
    router.service(PolicySimulationService, policySimulationService(ctx))
    router.service(BuilderService, builderService(ctx))
    router.service(ProvenanceService, provenanceService(ctx))
    router.service(VerificationSummaryService, verificationSummaryService(ctx))
    router.service(ReferrerService, referrerService(ctx))
    router.service(SharingService, sharingService(ctx))
    router.service(QuotaService, quotaService(ctx))
    router.service(CASCredentialsService, casCredentialsService(ctx))
    router.service(CASRedirectService, casRedirectService(ctx))
  }
}

/** What our own services may call, on their own listener. */
export function internalRoutes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(InternalDeliveryService, internalDeliveryService(ctx))
    router.service(PluginService, internalPluginService(ctx))
    router.service(PluginTaskService, internalPluginTaskService(ctx))
    const transferVerifier = receiptVerifier(ctx)
    router.service(BackendSecretService, internalBackendSecretService({ ...ctx, transferVerifier }))
    router.service(
      ReceiptService,
      internalReceiptService({ db: ctx.db, receiptVerifier: transferVerifier }),
    )
  }
}
