import type { Tokens } from '@chainloop/proto/sessions/v1/session_service'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { describeToken } from '../token.ts'

/** What a command line keeps of somebody's session. */
export interface SessionTokens {
  readonly token: string
  /** Good once; the next one comes with the next pair. */
  readonly refreshToken: string
}

export function toSessionTokens(tokens: Tokens | undefined): SessionTokens {
  const { accessToken: token, refreshToken } = answered(tokens, 'the tokens of a session')
  return { token, refreshToken }
}

const MARGIN_MS = 30_000

/** It ends before a call could be sure to be answered. */
export function isEnding(token: string): boolean {
  const { expiresAt } = describeToken(token)
  return expiresAt !== undefined && expiresAt.getTime() - Date.now() < MARGIN_MS
}

/** Undefined: the session is over. */
export async function refreshSession(
  client: Pick<Client, 'sessions'>,
  refreshToken: string,
): Promise<SessionTokens | undefined> {
  try {
    const { tokens } = await client.sessions.refresh({ refreshToken })
    return toSessionTokens(tokens)
  } catch (cause) {
    if (ConnectError.from(cause).code === Code.Unauthenticated) return undefined
    throw cause
  }
}

/** Ends it on the server. One that is over already needs no end. */
export async function endSession(
  client: Pick<Client, 'sessions' | 'withToken'>,
  refreshToken: string,
): Promise<void> {
  const tokens = await refreshSession(client, refreshToken)
  if (tokens) await client.withToken(tokens.token).sessions.revoke({})
}
