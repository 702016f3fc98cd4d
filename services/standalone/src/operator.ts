import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import {
  bootstrap,
  createOperatorToken,
  DEFAULT_ORGANIZATION,
} from '@chainloop/controlplane/bootstrap'
import type { Context } from '@chainloop/controlplane/context'

import type { Endpoints } from './endpoints.ts'
import { replaceFile } from './files.ts'

/**
 * Sees to it that `operator.env` in the data directory points the command line at this server: a file to
 * source, with an operator's token. A file that is there keeps its token; where it was removed, a new token
 * takes the place of the lost one (the old one stays valid until it is revoked).
 */
export async function ensureOperator(
  ctx: Pick<Context, 'db' | 'tokens'>,
  { dataDir, endpoints }: { readonly dataDir: string; readonly endpoints: Endpoints },
): Promise<void> {
  const path = join(dataDir, 'operator.env')
  const first = await bootstrap(ctx)
  const token =
    first ??
    (await tokenIn(path)) ??
    (await createOperatorToken(ctx, { organizationName: DEFAULT_ORGANIZATION }))
  const lines = [
    `export CHAINLOOP_CONTROL_PLANE_API=${new URL(endpoints.controlPlaneApi).host}`,
    `export CHAINLOOP_ARTIFACT_CAS_API=${new URL(endpoints.casApi).host}`,
    'export CHAINLOOP_API_INSECURE=true',
    `export CHAINLOOP_TOKEN=${token}`,
  ]
  await replaceFile(path, `${lines.join('\n')}\n`)
}

async function tokenIn(path: string): Promise<string | undefined> {
  try {
    return parseEnv(await readFile(path, 'utf8'))['CHAINLOOP_TOKEN']
  } catch {
    return undefined
  }
}
