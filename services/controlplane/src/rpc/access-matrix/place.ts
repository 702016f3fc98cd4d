import { createHash } from 'node:crypto'

import * as apiTokens from '../../api-tokens/api-token-repo.ts'
import type { Db } from '../../db/db.ts'
import { storeAttestation } from '../../deliveries/testing/rows.ts'
import type { TestOrganization } from '../../testing/world.ts'
import { actorOf } from '../../testing/world.ts'
import * as trustRules from '../../trust-rules/trust-rule-repo.ts'
import { insertWorkflow } from '../../workflows/create-workflow.ts'
import { insertDelivery, insertEvidence } from './work.ts'

/** A project with everything that a request can name, and the organization's things beside it. */
export interface Place {
  readonly organization: TestOrganization
  readonly projectId: string
  readonly projectName: string
  readonly workflowName: string
  readonly contractName: string
  /** Open. */
  readonly runId: string
  /** With a provenance. */
  readonly finishedRunId: string
  /** Of the attestation of the finished run. */
  readonly digest: string
  readonly tokenId: string
  readonly trustRuleName: string
  /** About the project, and not approved. */
  readonly exceptionId: string
  readonly attachmentId: string
  readonly deliveryId: string
  readonly replayId: string
  readonly integrationName: string
  readonly groupId: string
  readonly invitationId: string
  readonly taskId: string
  readonly builderId: string
  /** Of somebody in the organization who does nothing else. */
  readonly membershipId: string
  readonly userId: string
  readonly email: string
  readonly sessionId: string
  readonly backendName: string
}

/** Things of one organization; its projects share them. */
export type Shared = Pick<
  Place,
  | 'organization'
  | 'integrationName'
  | 'groupId'
  | 'invitationId'
  | 'taskId'
  | 'builderId'
  | 'membershipId'
  | 'userId'
  | 'email'
  | 'sessionId'
  | 'backendName'
> & { readonly integrationId: string }

export async function insertShared(db: Db, organization: TestOrganization): Promise<Shared> {
  const organization_id = organization.id
  const email = `bystander@${organization.name}.example`
  const user = await insertUser(db, email)
  const membership = await db
    .insertInto('memberships')
    .values({ organization_id, user_id: user.id, role: 'viewer' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const session = await db
    .insertInto('sessions')
    .values({ user_id: user.id, refresh_until: LATER, expires_at: LATER })
    .returning('id')
    .executeTakeFirstOrThrow()
  const group = await db
    .insertInto('groups')
    .values({ organization_id, name: `team-${organization.name}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('group_members')
    .values({ organization_id, group_id: group.id, user_id: user.id })
    .execute()
  const invitation = await db
    .insertInto('invitations')
    .values({ organization_id, email: `invited@${organization.name}.example`, role: 'viewer' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const integration = await db
    .insertInto('integrations')
    .values({ organization_id, name: `hook-${organization.name}`, plugin_id: 'webhook' })
    .returning(['id', 'name'])
    .executeTakeFirstOrThrow()
  const backend = await db
    .selectFrom('cas_backends')
    .where('organization_id', '=', organization_id)
    .where('provider', '<>', 'INLINE')
    .select(['id', 'name'])
    .executeTakeFirstOrThrow()
  const task = await db
    .insertInto('storage_tasks')
    .values({ organization_id, kind: 'verification', cas_backend_id: backend.id, created_by: 'x' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const builder = await db
    .insertInto('builders')
    .values({
      organization_id,
      issuer: 'https://x',
      builder: 'x',
      max_level: 3,
      created_by: 'test:x',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return {
    organization,
    builderId: builder.id,
    membershipId: membership.id,
    userId: user.id,
    email,
    sessionId: session.id,
    groupId: group.id,
    invitationId: invitation.id,
    integrationId: integration.id,
    integrationName: integration.name,
    taskId: task.id,
    backendName: backend.name,
  }
}

const LATER = new Date(Date.now() + 3_600_000)

export async function insertUser(db: Db, email: string): Promise<{ readonly id: string }> {
  return db.insertInto('users').values({ email }).returning('id').executeTakeFirstOrThrow()
}

export async function insertPlace(db: Db, shared: Shared, name: string): Promise<Place> {
  const { organization, integrationId } = shared
  const organizationId = organization.id
  const operator = actorOf(organization, 'operator')
  const workflow = await insertWorkflow(db, operator, {
    name: `build-${name}`,
    projectName: name,
    contractName: '',
    contractBytes: new Uint8Array(),
    team: '',
    description: '',
  })
  const at = { organizationId, projectId: workflow.project.id, workflowId: workflow.id }
  const stored = await storeAttestation(db, at)
  const digest = `sha256:${createHash('sha256').update(name).digest('hex')}`
  await insertEvidence(db, { ...at, runId: stored.runId, digest })
  await db
    .insertInto('project_members')
    .values({
      organization_id: organizationId,
      project_id: at.projectId,
      group_id: shared.groupId,
      role: 'viewer',
    })
    .execute()
  return {
    ...shared,
    projectId: workflow.project.id,
    projectName: name,
    workflowName: workflow.name,
    contractName: workflow.contract.name,
    runId: await openRunLike(db, { organizationId, runId: stored.runId }),
    finishedRunId: stored.runId,
    digest,
    tokenId: await insertToken(db, { organizationId, projectId: at.projectId, name }),
    trustRuleName: await insertRule(db, { organizationId, project: workflow.project }),
    exceptionId: await insertException(db, { organizationId, projectId: at.projectId }),
    ...(await insertDelivery(db, { ...at, integrationId, stored })),
  }
}

/** An open run beside the finished one. */
async function openRunLike(
  db: Db,
  { organizationId, runId }: { organizationId: string; runId: string },
): Promise<string> {
  const like = await db
    .selectFrom('runs')
    .where('organization_id', '=', organizationId)
    .where('id', '=', runId)
    .select([
      'organization_id',
      'project_id',
      'workflow_id',
      'project_version_id',
      'contract_revision_id',
      'cas_backend_id',
      'contract_revision_used',
      'contract_revision_latest',
      'created_by',
    ])
    .executeTakeFirstOrThrow()
  const run = await db
    .insertInto('runs')
    .values({ ...like, state: 'initialized' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return run.id
}

async function insertToken(
  db: Db,
  { organizationId, projectId, name }: { organizationId: string; projectId: string; name: string },
): Promise<string> {
  const token = await apiTokens.insert(db, {
    organizationId,
    projectId,
    name: `ci-${name}`,
    description: '',
    role: 'attester',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  return token?.id ?? ''
}

async function insertException(
  db: Db,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<string> {
  const exception = await db
    .insertInto('policy_exceptions')
    .values({
      organization_id: organizationId,
      policy: 'banned',
      project_id: projectId,
      reason: 'x',
      approvals_needed: 1,
      expires_at: LATER,
      requested_by: 'test:x',
      requested_by_name: 'x',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return exception.id
}

async function insertRule(
  db: Db,
  { organizationId, project }: { organizationId: string; project: { id: string; name: string } },
): Promise<string> {
  const rule = await trustRules.insert(db, {
    organizationId,
    project,
    name: `rule-${project.name}`,
    platform: 'generic',
    issuer: 'https://issuer.example',
    claims: { sub: 'x' },
    rights: [],
    createdBy: 'test',
  })
  return rule?.name ?? ''
}
