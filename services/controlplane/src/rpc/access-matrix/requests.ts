import type { Place } from './place.ts'

type Json = Readonly<Record<string, unknown>>

const workflow = ({ projectName, workflowName: name }: Place): Json => ({ name, projectName })
const workflowOf = ({ projectName, workflowName }: Place): Json => ({ workflowName, projectName })
const run = ({ runId: workflowRunId }: Place): Json => ({ workflowRunId })
const project = ({ projectId: id }: Place): Json => ({ projectReference: { id } })
const group = ({ groupId: id }: Place): Json => ({ groupReference: { id } })
const backend = ({ backendName: name }: Place): Json => ({ name })
const lastWeek = (): Json => ({ timeWindow: 'METRICS_TIME_WINDOW_LAST_7_DAYS' })
const contractText = (name: string): string =>
  Buffer.from(
    `{"apiVersion":"chainloop.dev/v1","kind":"Contract","metadata":{"name":"${name}"},"spec":{}}`,
  ).toString('base64')

const policyText = (name: string): string =>
  Buffer.from(
    `{"apiVersion":"chainloop.dev/v1","kind":"Policy","metadata":{"name":"${name}"},"spec":{"policies":[{"embedded":"package p","kind":"SARIF"}]}}`,
  ).toString('base64')

/**
 * What is asked of a place, as Protobuf JSON. A method that is not here is called with an empty message, which is
 * enough where nothing can be named.
 */
export const REQUESTS: Readonly<Record<string, (place: Place) => Json>> = {
  'controlplane.v1.OrganizationService/Create': () => ({ name: 'another' }),
  'controlplane.v1.OrganizationService/Update': ({ organization: { name } }) => ({ name }),
  'controlplane.v1.OrganizationService/Delete': ({ organization: { name } }) => ({ name }),
  'controlplane.v1.OrganizationService/DeleteMembership': ({ membershipId }) => ({ membershipId }),
  'controlplane.v1.OrganizationService/UpdateMembership': ({ membershipId }) => ({
    membershipId,
    role: 'MEMBERSHIP_ROLE_ORG_MEMBER',
  }),
  'controlplane.v1.OrgInvitationService/Create': () => ({ receiverEmail: 'new@acme.example' }),
  'controlplane.v1.OrgInvitationService/Revoke': ({ invitationId: id }) => ({ id }),
  'controlplane.v1.GroupService/Create': () => ({ name: 'another' }),
  'controlplane.v1.GroupService/Get': group,
  'controlplane.v1.GroupService/Update': (place) => ({ ...group(place), newDescription: 'x' }),
  'controlplane.v1.GroupService/Delete': group,
  'controlplane.v1.GroupService/ListMembers': group,
  'controlplane.v1.GroupService/AddMember': (place) => ({
    ...group(place),
    userEmail: 'new@acme.example',
  }),
  'controlplane.v1.GroupService/RemoveMember': (place) => ({
    ...group(place),
    userEmail: place.email,
  }),
  'controlplane.v1.GroupService/UpdateMemberMaintainerStatus': (place) => ({
    ...group(place),
    userId: place.userId,
    isMaintainer: true,
  }),
  'controlplane.v1.GroupService/ListPendingInvitations': group,
  'controlplane.v1.GroupService/ListProjects': group,
  'controlplane.v1.ProjectService/ListMembers': project,
  'controlplane.v1.ProjectService/AddMember': (place) => ({
    ...project(place),
    memberReference: { userEmail: place.email },
    role: 'PROJECT_MEMBER_ROLE_VIEWER',
  }),
  'controlplane.v1.ProjectService/RemoveMember': (place) => ({
    ...project(place),
    memberReference: { groupReference: { id: place.groupId } },
  }),
  'controlplane.v1.ProjectService/UpdateMemberRole': (place) => ({
    ...project(place),
    memberReference: { groupReference: { id: place.groupId } },
    newRole: 'PROJECT_MEMBER_ROLE_ADMIN',
  }),
  'controlplane.v1.ProjectService/ListPendingInvitations': project,
  'controlplane.v1.UserService/DeleteMembership': ({ membershipId }) => ({ membershipId }),
  'controlplane.v1.UserService/SetCurrentMembership': ({ membershipId }) => ({ membershipId }),
  'sessions.v1.SessionService/Exchange': () => ({ code: 'x', codeVerifier: 'x'.repeat(43) }),
  'sessions.v1.SessionService/PollDevice': () => ({ deviceCode: 'x' }),
  'sessions.v1.SessionService/Refresh': () => ({ refreshToken: 'x' }),
  'sessions.v1.SessionService/Revoke': ({ sessionId: id }) => ({ id }),
  'controlplane.v1.WorkflowService/Create': ({ projectName }) => ({ name: 'another', projectName }),
  'controlplane.v1.WorkflowService/Update': (place) => ({ ...workflow(place), team: 'x' }),
  'controlplane.v1.WorkflowService/View': workflow,
  'controlplane.v1.WorkflowService/Delete': workflow,
  'controlplane.v1.WorkflowContractService/Create': (place) => ({
    name: 'another',
    ...project(place),
  }),
  'controlplane.v1.WorkflowContractService/Update': ({ contractName: name }) => ({
    name,
    rawContract: contractText(name),
  }),
  'controlplane.v1.WorkflowContractService/Describe': ({ contractName: name }) => ({ name }),
  'controlplane.v1.WorkflowContractService/Delete': ({ contractName: name }) => ({ name }),
  'controlplane.v1.WorkflowContractService/Apply': () => ({ rawSchema: contractText('another') }),
  'contracts.v1.ContractDocumentService/Get': ({ contractName, digest }) => ({
    contractName,
    digest,
  }),
  'policies.v1.PolicyService/Apply': () => ({ document: policyText('another') }),
  'policies.v1.PolicyService/Describe': () => ({ reference: 'missing' }),
  'policies.v1.PolicyService/Delete': () => ({ name: 'missing' }),
  'policies.v1.PolicyService/SetDefault': () => ({ reference: 'missing' }),
  'policies.v1.PolicyService/RemoveDefault': () => ({ name: 'missing' }),
  'policies.v1.PolicyExceptionService/Request': ({ projectName }) => ({
    policy: 'banned',
    subject: { project: projectName },
    reason: 'x',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  }),
  'policies.v1.PolicyExceptionService/Approve': ({ exceptionId: id }) => ({ id }),
  'policies.v1.PolicyExceptionService/Reject': ({ exceptionId: id }) => ({ id }),
  'policies.v1.PolicyExceptionService/Revoke': ({ exceptionId: id }) => ({ id }),
  'policies.v1.PolicyExceptionService/Describe': ({ exceptionId: id }) => ({ id }),
  'policies.v1.PolicySimulationService/Simulate': ({ projectName }) => ({
    projectName,
    document: policyText('another'),
    since: '2026-01-01T00:00:00Z',
  }),
  'controlplane.v1.AttestationService/GetPolicy': () => ({ policyName: 'missing' }),
  'controlplane.v1.AttestationService/GetPolicyGroup': () => ({ groupName: 'missing' }),
  'controlplane.v1.APITokenService/Create': (place) => ({ name: 'another', ...project(place) }),
  'controlplane.v1.APITokenService/List': ({ projectId: id }) => ({ project: { id } }),
  'controlplane.v1.APITokenService/Revoke': ({ tokenId: id }) => ({ id }),
  'controlplane.v1.CASBackendService/Create': () => ({
    name: 'another',
    provider: 'OCI',
    location: 'localhost:1/x',
  }),
  'controlplane.v1.CASBackendService/Update': (place) => ({ ...backend(place), description: 'x' }),
  'controlplane.v1.CASBackendService/Delete': backend,
  'controlplane.v1.CASBackendService/Revalidate': backend,
  'storage.v1.StorageService/StartVerification': ({ backendName }) => ({ backendName }),
  'storage.v1.StorageService/StartCollection': ({ backendName }) => ({ backendName }),
  'storage.v1.StorageService/StartMigration': ({ backendName }) => ({
    from: backendName,
    to: backendName,
  }),
  'storage.v1.StorageService/DescribeTask': ({ taskId: id }) => ({ id }),
  'storage.v1.StorageService/CancelTask': ({ taskId: id }) => ({ id }),
  'storage.v1.StorageService/SetRetention': ({ projectName }) => ({ projectName, keepDays: 30 }),
  'controlplane.v1.IntegrationsService/Register': () => ({ name: 'another', pluginId: 'webhook' }),
  'controlplane.v1.IntegrationsService/Deregister': ({ integrationName: name }) => ({ name }),
  'controlplane.v1.IntegrationsService/DescribeRegistration': ({ integrationName: name }) => ({
    name,
  }),
  'controlplane.v1.IntegrationsService/Attach': (place) => ({
    ...workflowOf(place),
    integrationName: place.integrationName,
  }),
  'controlplane.v1.IntegrationsService/Detach': ({ attachmentId: id }) => ({ id }),
  'controlplane.v1.IntegrationsService/ListAttachments': workflowOf,
  'integrations.v1.AttachmentService/Test': ({ attachmentId, runId }) => ({ attachmentId, runId }),
  'deliveries.v1.DeliveryService/List': workflowOf,
  'deliveries.v1.DeliveryService/Describe': ({ deliveryId: id }) => ({ id }),
  'deliveries.v1.DeliveryService/Retry': ({ deliveryId: id }) => ({ id }),
  'deliveries.v1.DeliveryService/Cancel': ({ deliveryId: id }) => ({ id }),
  'deliveries.v1.DeliveryService/GetReceipt': ({ deliveryId: id }) => ({ id }),
  'deliveries.v1.DeliveryService/Pause': ({ integrationName }) => ({ integrationName }),
  'deliveries.v1.DeliveryService/Resume': ({ integrationName }) => ({ integrationName }),
  'deliveries.v1.DeliveryService/StartReplay': ({ attachmentId, digest }) => ({
    attachmentId,
    digest,
  }),
  'deliveries.v1.DeliveryService/DescribeReplay': ({ replayId: id }) => ({ id }),
  'deliveries.v1.DeliveryService/CancelReplay': ({ replayId: id }) => ({ id }),
  'controlplane.v1.AttestationService/FindOrCreateWorkflow': workflowOf,
  'controlplane.v1.AttestationService/GetContract': workflowOf,
  'controlplane.v1.AttestationService/Init': workflowOf,
  'controlplane.v1.AttestationService/Store': (place) => ({
    ...run(place),
    attestationBundle: Buffer.from('{}').toString('base64'),
  }),
  'controlplane.v1.AttestationService/GetUploadCreds': run,
  'controlplane.v1.AttestationService/Cancel': (place) => ({
    ...run(place),
    trigger: 'TRIGGER_TYPE_CANCELLATION',
  }),
  'controlplane.v1.AttestationStateService/Initialized': run,
  'controlplane.v1.AttestationStateService/Save': (place) => ({
    ...run(place),
    attestationState: {},
  }),
  'controlplane.v1.AttestationStateService/Read': run,
  'controlplane.v1.AttestationStateService/Reset': run,
  'runs.v1.RunService/Join': ({ runId }) => ({ runId }),
  'runs.v1.RunService/AppendState': ({ runId }) => ({ runId }),
  'runs.v1.RunService/GetVerdict': ({ runId }) => ({ runId }),
  'controlplane.v1.WorkflowRunService/List': workflowOf,
  'controlplane.v1.WorkflowRunService/View': ({ runId: id }) => ({ id }),
  'controlplane.v1.OrgMetricsService/Totals': lastWeek,
  'controlplane.v1.OrgMetricsService/TopWorkflowsByRunsCount': lastWeek,
  'controlplane.v1.OrgMetricsService/DailyRunsCount': lastWeek,
  'trust.v1.SignerService/Add': ({ projectName }) => ({
    name: 'another',
    publicKey: PUBLIC_KEY,
    projectNames: [projectName],
  }),
  'trust.v1.SignerService/List': ({ projectName }) => ({ projectName }),
  'trust.v1.SignerService/Describe': () => ({ name: 'missing' }),
  'trust.v1.SignerService/Remove': () => ({ name: 'missing' }),
  'trust.v1.TrustService/GetTrustedRoot': () => ({ purpose: 'TRUST_PURPOSE_ATTESTATIONS' }),
  'trustrules.v1.TrustRuleService/Add': ({ projectName }) => ({
    name: 'another',
    platform: 'PLATFORM_GENERIC',
    issuer: 'https://issuer.example',
    claims: { sub: 'x' },
    projectName,
  }),
  'trustrules.v1.TrustRuleService/List': ({ projectName }) => ({ projectName }),
  'trustrules.v1.TrustRuleService/Remove': ({ trustRuleName: name }) => ({ name }),
  'builders.v1.BuilderService/Set': () => ({
    issuer: 'https://issuer.example',
    builder: `acme/ci/.github/workflows/build.yml@${'a'.repeat(40)}`,
    maxLevel: 3,
  }),
  'builders.v1.BuilderService/Remove': ({ builderId: id }) => ({ id }),
  'provenance.v1.ProvenanceService/Get': ({ finishedRunId: runId }) => ({ runId }),
  'provenance.v1.ProvenanceService/List': ({ digest }) => ({ digest }),
  'summaries.v1.VerificationSummaryService/Create': ({ digest }) => ({ digest }),
  'summaries.v1.VerificationSummaryService/List': ({ digest }) => ({ digest }),
  'transparency.v1.LogService/ProveAttestation': ({ digest }) => ({ digest }),
  'transparency.v1.LogService/ListRunEvents': workflowOf,
  'transparency.v1.LogService/GetTrustedRoot': () => ({ purpose: 'TRUST_PURPOSE_ATTESTATIONS' }),
  'referrers.v1.SharingService/Request': ({ organization: { id } }) => ({ organizationId: id }),
  'referrers.v1.SharingService/End': ({ organization: { id } }) => ({ organizationId: id }),
  'quotas.v1.QuotaService/Set': () => ({ resource: 'RESOURCE_PROJECTS', limit: '5' }),
  'controlplane.v1.ReferrerService/DiscoverPrivate': ({ digest }) => ({ digest }),
  'controlplane.v1.CASCredentialsService/Get': ({ digest }) => ({
    digest,
    role: 'ROLE_DOWNLOADER',
  }),
  'controlplane.v1.CASRedirectService/GetDownloadURL': ({ digest }) => ({ digest }),
}

/** Of a key that nobody kept. */
const PUBLIC_KEY = Buffer.from(
  `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHbg3ml+UEHaVI1dc/EIVRGO+M3Ps
oKl5rShvAFWB89wivxMzDWPCVRwhegYXkvPbJCnt6TYaheHHN56pAi3nxA==
-----END PUBLIC KEY-----
`,
).toString('base64')
