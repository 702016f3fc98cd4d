import { open } from 'node:fs/promises'

import { createOperatorToken, ensureOrganization } from '../bootstrap.ts'
import type { Config } from '../config.ts'
import { createContext } from '../context.ts'

/** `operator-token <organization> <file>`: writes an operator's token to a new file that only its owner reads. */
export async function operatorToken(config: Config, args: readonly string[]): Promise<void> {
  const [organization, path, ...rest] = args
  if (!organization || !path || rest.length > 0) {
    throw new Error('usage: operator-token <organization> <file>')
  }
  await using file = await open(path, 'wx', 0o600)
  await using ctx = await createContext(config)
  await ensureOrganization(ctx, organization)
  await file.writeFile(await createOperatorToken(ctx, { organizationName: organization }))
}
