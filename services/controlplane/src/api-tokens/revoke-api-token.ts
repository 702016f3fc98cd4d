import { notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as apiTokens from './api-token-repo.ts'

/** Effective with the next request. A token that is revoked already is not found. */
export async function revokeApiToken(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { id: string },
): Promise<void> {
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const token = isUuid(id) ? await apiTokens.find(tx, { organizationId, id }) : undefined
    const isHidden = token?.projectId !== undefined && !actor.sees(token.projectId)
    if (!token || isHidden) throw notFound('token', id)
    actor.require(
      'api_token:revoke',
      token.projectId === undefined ? {} : { projectId: token.projectId },
    )
    if (!(await apiTokens.revoke(tx, { organizationId, id }))) throw notFound('token', id)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'api_token.revoked',
      targetType: 'api_token',
      targetId: id,
      details: { name: token.name },
    })
  })
}
