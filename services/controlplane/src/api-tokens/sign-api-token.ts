import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import { AUDIENCE } from '../auth/tokens.ts'
import type { Context } from '../context.ts'
import * as apiTokens from './api-token-repo.ts'

/** What the holder presents. Signing again gives a token of equal worth: the row decides on every request. */
export async function signApiToken(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  { organizationId, organizationName }: Pick<Actor, 'organizationId' | 'organizationName'>,
  { id }: { id: string },
): Promise<string> {
  const token = await apiTokens.find(db, { organizationId, id })
  if (!token) throw notFound('token', id)
  const claims = {
    jti: token.id,
    org_id: organizationId,
    org_name: organizationName,
    token_name: token.name,
    ...(token.projectId === undefined
      ? {}
      : { project_id: token.projectId, project_name: token.projectName }),
  }
  return tokens.sign(claims, {
    audience: AUDIENCE.apiToken,
    ...(token.expiresAt === undefined ? {} : { expiresInSeconds: secondsUntil(token.expiresAt) }),
  })
}

function secondsUntil(time: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1000))
}
