import { AUDIENCE } from '../auth/tokens.ts'
import type { Context } from '../context.ts'
import type { ApiToken } from './api-token.ts'

/** What the holder presents. Signing again gives a token of equal worth: the row decides on every request. */
export function signApiToken(
  { tokens }: Pick<Context, 'tokens'>,
  token: ApiToken,
  { organizationName }: { organizationName: string },
): Promise<string> {
  const claims = {
    jti: token.id,
    org_id: token.organizationId,
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
