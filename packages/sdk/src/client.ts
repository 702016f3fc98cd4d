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
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { AttachmentService } from '@chainloop/proto/integrations/v1/attachment_service'
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
import {
  createClient as clientOf,
  type Client as ServiceClient,
  type Transport,
} from '@connectrpc/connect'

import { connect, type Connect } from './connection/connection.ts'
import { withCredentials, type Credentials } from './connection/credentials.ts'
import { parseEndpoint } from './connection/endpoint.ts'
import { withAddress } from './connection/errors.ts'
import { withRetry, type RetryOptions } from './connection/retry.ts'
import { withTracing } from './connection/tracing.ts'
import type { JobTokens } from './identity/job-tokens.ts'

export interface ClientOptions extends Credentials {
  /** `host:port` of the control plane's API. */
  readonly controlPlane: string
  /** `host:port` of the artifact CAS; needed by uploads only. */
  readonly artifactCas?: string | undefined
  /** Speak cleartext HTTP/2 to both. */
  readonly insecure?: boolean | undefined
  /** PEM of the authority that certified the control plane (and the CAS, unless it has its own). */
  readonly ca?: string | undefined
  readonly artifactCasCa?: string | undefined
  /** How long unanswered calls are repeated. Default: 5 s. */
  readonly retry?: RetryOptions | undefined
  /** Milliseconds for one attempt of one call. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** Who vouches for this job when there is no token. */
  readonly job?: JobTokens | undefined
  /** What stands behind the addresses; replaced in tests. Default: gRPC over HTTP/2. */
  readonly connect?: Connect | undefined
}

/** Every service of the API as a typed Connect client. Errors are `ConnectError`. */
export interface Client extends Disposable {
  readonly controlPlane: string
  /** Certificate authority of plain HTTP requests to the same installation. */
  readonly ca: string | undefined
  /** Absent where the client has a token. */
  readonly job: JobTokens | undefined
  readonly attestations: ServiceClient<typeof AttestationService>
  readonly states: ServiceClient<typeof AttestationStateService>
  readonly runTokens: ServiceClient<typeof RunService>
  readonly signing: ServiceClient<typeof SigningService>
  readonly trust: ServiceClient<typeof TrustService>
  readonly signers: ServiceClient<typeof SignerService>
  readonly trustRules: ServiceClient<typeof TrustRuleService>
  readonly builders: ServiceClient<typeof BuilderService>
  readonly provenances: ServiceClient<typeof ProvenanceService>
  readonly summaries: ServiceClient<typeof VerificationSummaryService>
  readonly workflows: ServiceClient<typeof WorkflowService>
  readonly contracts: ServiceClient<typeof WorkflowContractService>
  readonly contractDocuments: ServiceClient<typeof ContractDocumentService>
  readonly policies: ServiceClient<typeof PolicyService>
  readonly policyExceptions: ServiceClient<typeof PolicyExceptionService>
  readonly policySimulation: ServiceClient<typeof PolicySimulationService>
  readonly runs: ServiceClient<typeof WorkflowRunService>
  readonly organizations: ServiceClient<typeof OrganizationService>
  readonly context: ServiceClient<typeof ContextService>
  readonly account: ServiceClient<typeof AuthService>
  readonly sessions: ServiceClient<typeof SessionService>
  readonly memberships: ServiceClient<typeof UserService>
  readonly invitations: ServiceClient<typeof OrgInvitationService>
  readonly groups: ServiceClient<typeof GroupService>
  readonly projects: ServiceClient<typeof ProjectService>
  readonly apiTokens: ServiceClient<typeof APITokenService>
  readonly casBackends: ServiceClient<typeof CASBackendService>
  readonly storage: ServiceClient<typeof StorageService>
  readonly casCredentials: ServiceClient<typeof CASCredentialsService>
  readonly casRedirect: ServiceClient<typeof CASRedirectService>
  readonly referrers: ServiceClient<typeof ReferrerService>
  readonly sharings: ServiceClient<typeof SharingService>
  readonly quotas: ServiceClient<typeof QuotaService>
  readonly integrations: ServiceClient<typeof IntegrationsService>
  readonly attachments: ServiceClient<typeof AttachmentService>
  readonly audit: ServiceClient<typeof AuditService>
  readonly log: ServiceClient<typeof LogService>
  readonly deliveries: ServiceClient<typeof DeliveryService>
  readonly status: ServiceClient<typeof StatusService>
  /** The same connections with another token. Closing it closes nothing. */
  withToken(token: string): Client
  /** The byte stream of the CAS, with the token of one transfer. Throws when no CAS address was given. */
  byteStream(transferToken: string): ServiceClient<typeof ByteStream>
}

export class NotConfigured extends Error {
  override readonly name = 'NotConfigured'
}

const DEFAULT_RETRY: RetryOptions = { budgetMs: 5_000 }

/**
 * Clients of one installation. Nothing is dialled before the first call; `using` closes the connections.
 * Throws `InvalidAddress`.
 */
export function createClient(options: ClientOptions): Client {
  const { insecure, ca, artifactCasCa = ca, connect: open = connect } = options
  const retry = options.retry ?? DEFAULT_RETRY
  const authorities = [...new Set([ca, artifactCasCa])].join('\n').trim() || undefined
  const stack = new DisposableStack()
  const controlPlane = stack.use(
    open(parseEndpoint({ name: 'control plane', address: options.controlPlane, insecure, ca })),
  )
  const cas =
    options.artifactCas === undefined
      ? undefined
      : stack.use(
          open(
            parseEndpoint({
              name: 'artifact CAS',
              address: options.artifactCas,
              insecure,
              ca: artifactCasCa,
            }),
          ),
        )

  const clientWith = (token: string | undefined, close: () => void): Client => ({
    controlPlane: controlPlane.endpoint.address,
    ca: authorities,
    job: token === undefined ? options.job : undefined,
    ...services(
      controlPlane.transport(
        [
          withTracing,
          withRetry(retry),
          withCredentials({ token, organization: options.organization }),
          withAddress(controlPlane.endpoint),
        ],
        options.timeoutMs ?? 60_000,
      ),
    ),
    withToken: (other) => clientWith(other, () => {}),
    byteStream(transferToken) {
      if (cas === undefined) throw new NotConfigured('no address of an artifact CAS is configured')
      const interceptors = [
        withTracing,
        withCredentials({ token: transferToken }),
        withAddress(cas.endpoint),
      ]
      return clientOf(ByteStream, cas.transport(interceptors))
    },
    [Symbol.dispose]: close,
  })
  return clientWith(options.token, () => {
    stack.dispose()
  })
}

function services(
  transport: Transport,
): Omit<
  Client,
  'controlPlane' | 'ca' | 'job' | 'withToken' | 'byteStream' | typeof Symbol.dispose
> {
  return {
    attestations: clientOf(AttestationService, transport),
    states: clientOf(AttestationStateService, transport),
    runTokens: clientOf(RunService, transport),
    signing: clientOf(SigningService, transport),
    trust: clientOf(TrustService, transport),
    workflows: clientOf(WorkflowService, transport),
    contracts: clientOf(WorkflowContractService, transport),
    contractDocuments: clientOf(ContractDocumentService, transport),
    policies: clientOf(PolicyService, transport),
    policyExceptions: clientOf(PolicyExceptionService, transport),
    policySimulation: clientOf(PolicySimulationService, transport),
    runs: clientOf(WorkflowRunService, transport),
    organizations: clientOf(OrganizationService, transport),
    context: clientOf(ContextService, transport),
    account: clientOf(AuthService, transport),
    sessions: clientOf(SessionService, transport),
    memberships: clientOf(UserService, transport),
    invitations: clientOf(OrgInvitationService, transport),
    groups: clientOf(GroupService, transport),
    projects: clientOf(ProjectService, transport),
    apiTokens: clientOf(APITokenService, transport),
    casBackends: clientOf(CASBackendService, transport),
    storage: clientOf(StorageService, transport),
    casCredentials: clientOf(CASCredentialsService, transport),
    casRedirect: clientOf(CASRedirectService, transport),
    referrers: clientOf(ReferrerService, transport),
    sharings: clientOf(SharingService, transport),
    quotas: clientOf(QuotaService, transport),
    integrations: clientOf(IntegrationsService, transport),
    attachments: clientOf(AttachmentService, transport),
    audit: clientOf(AuditService, transport),
    log: clientOf(LogService, transport),
    deliveries: clientOf(DeliveryService, transport),
    signers: clientOf(SignerService, transport),
    trustRules: clientOf(TrustRuleService, transport),
    builders: clientOf(BuilderService, transport),
    provenances: clientOf(ProvenanceService, transport),
    summaries: clientOf(VerificationSummaryService, transport),
    status: clientOf(StatusService, transport),
  }
}
