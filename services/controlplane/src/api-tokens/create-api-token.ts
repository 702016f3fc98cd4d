import { alreadyExists, forbidden, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import { GRANTABLE_RIGHTS, isGrantable, type Role } from '../auth/right.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import { getProject, type ProjectReference } from '../projects/get-project.ts'
import type { Project } from '../projects/project.ts'
import { requireRoom } from '../quotas/require-room.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import type { Workflow } from '../workflows/workflow.ts'
import * as apiTokens from './api-token-repo.ts'
import type { ApiToken } from './api-token.ts'

export interface NewApiToken {
  readonly name: string
  readonly description: string
  readonly role: Role
  /** Beyond the role's. */
  readonly rights: readonly string[]
  readonly project: ProjectReference | undefined
  /** Of the project: the token is good for its runs only. Absent or empty: for all of them. */
  readonly workflowName?: string
  /** Undefined: never expires. */
  readonly expiresInSeconds: number | undefined
}

/** The token's row; `signApiToken` makes what its holder presents. */
export async function createApiToken(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  input: NewApiToken,
): Promise<ApiToken> {
  assertName('token', input.name)
  assertRole(input)

  return inTransaction(db, async (tx) => {
    const project = input.project && (await getProject(tx, actor, input.project))
    actor.require('api_token:create', project ? { projectId: project.id } : {})
    assertNoMore(actor, input)
    await requireRoom(tx, { organizationId: actor.organizationId, resource: 'api_tokens' })
    const workflow = await workflowOf(tx, actor, { ...input, project })
    const token = await apiTokens.insert(tx, {
      organizationId: actor.organizationId,
      projectId: project?.id,
      workflowId: workflow?.id,
      name: input.name,
      description: input.description,
      role: input.role,
      rights: input.rights,
      createdBy: actorReference(actor),
      expiresAt: expiry(input.expiresInSeconds),
    })
    if (!token) throw alreadyExists('token', input.name)
    await audit.record(tx, {
      organizationId: actor.organizationId,
      actor,
      action: 'api_token.created',
      targetType: 'api_token',
      targetId: token.id,
      details: {
        name: token.name,
        role: token.role,
        rights: token.rights,
        project: project?.name,
        workflow: workflow?.name,
      },
    })
    return token
  })
}

/** Undefined: the token is for every workflow. */
async function workflowOf(
  tx: Db,
  actor: Actor,
  {
    workflowName: name = '',
    project,
  }: Pick<NewApiToken, 'workflowName'> & {
    project: Project | undefined
  },
): Promise<Workflow | undefined> {
  if (name === '') return undefined
  const projectName = project?.name ?? ''
  return getWorkflow(tx, actor, { right: 'api_token:create', projectName, name })
}

function assertRole({ role, rights, project, workflowName = '' }: NewApiToken): void {
  if (workflowName !== '' && (role !== 'attester' || rights.length > 0)) {
    throw invalid('a token for one workflow attests its runs, and no more', {
      reason: 'INVALID_RIGHTS',
    })
  }
  if (role === 'attester' && project === undefined) {
    throw invalid('a token that attests belongs to a project', {
      reason: 'PROJECT_REQUIRED',
      hint: 'name the project, or choose another role',
    })
  }
  if (role !== 'attester' && rights.length > 0) {
    throw invalid(`only attesters get further rights, a ${role} does not`, {
      reason: 'INVALID_RIGHTS',
    })
  }
  const unknown = rights.filter((right) => !isGrantable(right))
  if (unknown.length > 0) {
    throw invalid(`${unknown.join(', ')} cannot be granted; ${GRANTABLE_RIGHTS.join(', ')} can`, {
      reason: 'INVALID_RIGHTS',
    })
  }
}

/** Who has rights on a project only hands out no token that has others. */
function assertNoMore(actor: Actor, { role }: Pick<NewApiToken, 'role'>): void {
  if (!actor.confined || role === 'attester') return
  throw forbidden(`${actor.role} ${actor.name} may make tokens that attest, and no others`, {
    reason: 'MISSING_RIGHT',
  })
}

const MAX_SECONDS = 100 * 365 * 86_400

function expiry(seconds: number | undefined): Date | undefined {
  if (seconds === undefined) return undefined
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
    throw invalid(`a token cannot live ${seconds} seconds`, { reason: 'INVALID_EXPIRY' })
  }
  return new Date(Date.now() + seconds * 1000)
}
