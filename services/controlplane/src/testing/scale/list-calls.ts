import { writePosition } from '../../db/position.ts'
import type { Largest } from './seed.ts'

export interface ListCall {
  /** `controlplane.v1.WorkflowRunService/List`. */
  readonly procedure: string
  /** What makes this call different: `second page`, `state`. */
  readonly title: string
  /** Protobuf JSON. */
  readonly request: Readonly<Record<string, unknown>>
}

type Json = Readonly<Record<string, unknown>>
type Narrowed = Readonly<Record<string, Json>>

/** Rows of a page in these calls. */
export const PAGE_SIZE = 20

/** Every list with its filters, first page and one from the middle; what has neither comes once. */
export function listCalls(of: Largest): ListCall[] {
  return Object.entries(lists(of)).flatMap(([procedure, { page, filters = ALL }]) =>
    Object.entries(filters).flatMap(([title, filter]) =>
      Object.entries(page).map(([place, pagination]) => ({
        procedure,
        title: `${title}, ${place}`,
        request: { ...filter, ...pagination },
      })),
    ),
  )
}

interface List {
  readonly page: Narrowed
  /** Without any: everything. */
  readonly filters?: Narrowed
}

const CURSOR: Narrowed = {
  'first page': { pagination: { limit: PAGE_SIZE } },
  'half a year ago': {
    pagination: {
      limit: PAGE_SIZE,
      cursor: writePosition({
        createdAt: new Date(Date.now() - 182 * 24 * 3_600_000),
        id: '80000000-0000-4000-8000-000000000000',
      }),
    },
  },
}
const OFFSET: Narrowed = {
  'first page': { pagination: { page: 1, pageSize: PAGE_SIZE } },
  'tenth page': { pagination: { page: 10, pageSize: PAGE_SIZE } },
}
const ALL: Narrowed = { all: {} }
const WHOLE: Narrowed = { whole: {} }

function lists({ projectName, workflowName, groupName, digest }: Largest): Record<string, List> {
  const project = { projectName }
  const workflow = { projectName, workflowName }
  const group = { groupReference: { name: groupName } }
  const projectReference = { projectReference: { name: projectName } }
  return {
    'controlplane.v1.WorkflowRunService/List': {
      page: CURSOR,
      filters: {
        ...ALL,
        project,
        workflow,
        version: { projectName, projectVersionName: 'v4' },
        'rare version': { projectName, projectVersionName: 'v0' },
        'version of a workflow': { ...workflow, projectVersionName: 'v1' },
        status: { status: 'RUN_STATUS_SUCCEEDED' },
        'rare status': { status: 'RUN_STATUS_INITIALIZED' },
        'status of a workflow': { ...workflow, status: 'RUN_STATUS_FAILED' },
        'rare status of a project': { ...project, status: 'RUN_STATUS_INITIALIZED' },
        'rare status of a version': {
          projectName,
          projectVersionName: 'v2',
          status: 'RUN_STATUS_CANCELLED',
        },
        'policy status': { policyStatus: 'POLICY_STATUS_FILTER_PASSED' },
        'rare policy status': { policyStatus: 'POLICY_STATUS_FILTER_BLOCKED' },
        'rare policy status of a workflow': {
          ...workflow,
          policyStatus: 'POLICY_STATUS_FILTER_BLOCKED',
        },
        'policy status that nothing has': { policyStatus: 'POLICY_STATUS_FILTER_BYPASSED' },
        gates: { policyGates: 'POLICY_GATES_FILTER_WITH_GATES' },
        'no gates': { policyGates: 'POLICY_GATES_FILTER_WITHOUT_GATES' },
        everything: {
          ...workflow,
          projectVersionName: 'v3',
          status: 'RUN_STATUS_SUCCEEDED',
          policyStatus: 'POLICY_STATUS_FILTER_SKIPPED',
          policyGates: 'POLICY_GATES_FILTER_WITH_GATES',
        },
      },
    },
    'controlplane.v1.WorkflowService/List': {
      page: OFFSET,
      filters: {
        ...ALL,
        name: { workflowName: 'low-3' },
        team: { workflowTeam: 'team-9' },
        description: { workflowDescription: 'part 4' },
        projects: { projectNames: [projectName, 'project-7'] },
        runner: { workflowRunRunnerType: 'GITHUB_ACTION' },
        'last status': { workflowRunLastStatus: 'RUN_STATUS_FAILED' },
        activity: { workflowLastActivityWindow: 'WORKFLOW_ACTIVITY_WINDOW_LAST_30_DAYS' },
      },
    },
    'controlplane.v1.WorkflowContractService/List': { page: OFFSET },
    'controlplane.v1.OrganizationService/ListMemberships': {
      page: OFFSET,
      filters: {
        ...ALL,
        name: { name: 'person 12' },
        email: { email: 'son-12' },
        role: { role: 'MEMBERSHIP_ROLE_ORG_ADMIN' },
      },
    },
    'controlplane.v1.OrgInvitationService/ListSent': { page: OFFSET },
    'controlplane.v1.UserService/ListMemberships': { page: OFFSET },
    'controlplane.v1.GroupService/List': {
      page: OFFSET,
      filters: { ...ALL, name: { name: 'up-1' }, member: { memberEmail: 'person-1' } },
    },
    'controlplane.v1.GroupService/ListMembers': { page: OFFSET, filters: { group } },
    'controlplane.v1.GroupService/ListProjects': { page: OFFSET, filters: { group } },
    'controlplane.v1.GroupService/ListPendingInvitations': { page: OFFSET, filters: { group } },
    'controlplane.v1.ProjectService/ListMembers': {
      page: OFFSET,
      filters: { project: projectReference },
    },
    'controlplane.v1.ProjectService/ListPendingInvitations': {
      page: OFFSET,
      filters: { project: projectReference },
    },
    'controlplane.v1.APITokenService/List': {
      page: CURSOR,
      filters: {
        ...ALL,
        project: { project: { name: projectName } },
        revoked: { statusFilter: 'STATUS_FILTER_REVOKED' },
        global: { scope: 'SCOPE_GLOBAL' },
      },
    },
    'controlplane.v1.CASBackendService/List': { page: CURSOR },
    'controlplane.v1.IntegrationsService/ListRegistrations': { page: CURSOR },
    'controlplane.v1.IntegrationsService/ListAttachments': {
      page: CURSOR,
      filters: { ...ALL, workflow },
    },
    'controlplane.v1.IntegrationsService/ListAvailable': { page: WHOLE },
    'deliveries.v1.DeliveryService/List': {
      page: CURSOR,
      filters: { ...ALL, workflow, integration: { integrationName: 'integration-2' } },
    },
    'audit.v1.AuditService/List': {
      page: CURSOR,
      filters: {
        ...ALL,
        action: { action: 'run.opened' },
        actions: { action: 'workflow.' },
        actor: { actor: 'token-7' },
        target: { targetType: 'workflow' },
        outcome: { outcome: 'OUTCOME_REFUSED' },
        'last month': { since: new Date(Date.now() - 30 * 24 * 3_600_000).toISOString() },
      },
    },
    'storage.v1.StorageService/ListTasks': { page: CURSOR },
    'storage.v1.StorageService/ListRetention': { page: CURSOR },
    'trustrules.v1.TrustRuleService/List': { page: CURSOR, filters: { ...ALL, project } },
    'trust.v1.SignerService/List': { page: CURSOR, filters: { ...ALL, project } },
    'sessions.v1.SessionService/List': { page: CURSOR },
    'controlplane.v1.ReferrerService/DiscoverPrivate': {
      page: CURSOR,
      filters: {
        shared: { digest },
        project: { digest, projectName },
        version: { digest, projectName, projectVersion: 'v3' },
      },
    },
  }
}
