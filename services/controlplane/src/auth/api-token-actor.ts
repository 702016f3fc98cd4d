import { forbidden, unauthenticated } from '@chainloop/kit/errors'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import type { ApiToken } from '../api-tokens/api-token.ts'
import type { Context } from '../context.ts'
import { type Actor, createActor } from './actor.ts'
import { requireIds } from './claims.ts'
import { type Right, ROLE_RIGHTS } from './right.ts'
import { AUDIENCE } from './tokens.ts'

/** How old `last_used_at` may be: seldom enough to cost nothing, often enough to find unused tokens. */
const LAST_USE_PRECISION_MS = 5 * 60_000

/** Of a token for the runs of one workflow: what is asked of a project as a whole is left out. */
const WORKFLOW_RIGHTS = ROLE_RIGHTS.attester.filter((right) => right !== 'contract:read')

export async function apiTokenActor(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  jwt: string,
): Promise<Actor> {
  const claims = requireIds(await tokens.verify(jwt, AUDIENCE.apiToken), ['jti', 'org_id'])
  const token = await apiTokens.findForLogin(db, { id: claims.jti, organizationId: claims.org_id })
  const now = Date.now()

  if (!token || token.revokedAt) {
    throw unauthenticated('the token has been revoked', { reason: 'TOKEN_REVOKED' })
  }
  if (token.expiresAt && token.expiresAt.getTime() <= now) {
    throw unauthenticated('the token has expired', { reason: 'TOKEN_EXPIRED' })
  }
  if (token.suspended) {
    throw forbidden(`organization ${token.organizationName} is suspended`, { reason: 'SUSPENDED' })
  }
  if (now - (token.lastUsedAt?.getTime() ?? 0) > LAST_USE_PRECISION_MS) {
    await apiTokens.touch(db, { id: token.id, organizationId: token.organizationId })
  }
  return createActor({
    kind: 'api_token',
    id: token.id,
    name: token.name,
    organizationId: token.organizationId,
    organizationName: token.organizationName,
    role: token.role,
    ...boundsOf(token),
  })
}

function boundsOf({
  role,
  rights,
  projectId,
  workflowId,
}: ApiToken): Pick<Actor, 'projectId' | 'workflowId' | 'rights'> {
  const project = projectId === undefined ? {} : { projectId }
  return workflowId === undefined
    ? { ...project, rights: new Set([...ROLE_RIGHTS[role], ...rights]) }
    : { ...project, workflowId, rights: new Set<Right>(WORKFLOW_RIGHTS) }
}
