import type { Client } from '@chainloop/sdk/client'
import type { SessionTokens } from '@chainloop/sdk/sign-in/session-tokens'

import { readConfigFile, writeConfigFile } from './config-file.ts'
import { Refused } from './exit.ts'

/** The next token of the session in the config file when this one is about to end; kept there for the next command. */
export async function refreshedToken(
  client: Pick<Client, 'sessions'>,
  kept: SessionTokens & { readonly configPath: string },
): Promise<string | undefined> {
  const { isEnding, refreshSession } = await import('@chainloop/sdk/sign-in/session-tokens')
  if (!isEnding(kept.token)) return undefined
  const next = await refreshSession(client, kept.refreshToken)
  if (next === undefined) {
    throw new Refused('your session is over', 'sign in again with `chainloop auth login`')
  }
  await keepSession(kept.configPath, next)
  return next.token
}

/** Undefined: to be forgotten. The rest of the file stays. */
export async function keepSession(
  configPath: string,
  session: SessionTokens | undefined,
): Promise<void> {
  const { token: _, refreshToken: __, ...config } = await readConfigFile(configPath)
  await writeConfigFile(configPath, { ...config, ...session })
}
