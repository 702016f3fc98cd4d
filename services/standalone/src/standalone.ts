import { createArtifactCas } from '@chainloop/artifact-cas/artifact-cas'
import { readConfig as readCasConfig } from '@chainloop/artifact-cas/config'
import { readConfig as readControlPlaneConfig } from '@chainloop/controlplane/config'
import { createControlPlane } from '@chainloop/controlplane/server'
import { readConfig as readIntegrationsConfig } from '@chainloop/integrations/config'
import { createIntegrations } from '@chainloop/integrations/integrations'
import type { Environment } from '@chainloop/kit/config'
import type { Logger } from '@chainloop/kit/logger'

import { readConfig } from './config.ts'
import { type Endpoints, endpointsAt } from './endpoints.ts'
import { announceEndpoints, prepareDataDir } from './files.ts'
import { ensureOperator } from './operator.ts'
import { choosePorts } from './ports.ts'
import { serviceEnvironment } from './service-environment.ts'

export type { Endpoints } from './endpoints.ts'

export interface Standalone extends AsyncDisposable {
  readonly dataDir: string
  readonly endpoints: Endpoints
}

/**
 * The three services in this process, on embedded defaults. They talk over loopback sockets as anywhere else;
 * only the embedded database is handed over, because nobody else could open it.
 */
export async function createStandalone(
  env: Environment,
  { log }: { readonly log?: Logger } = {},
): Promise<Standalone> {
  const config = readConfig(env)
  const { dataDir } = config
  await prepareDataDir(dataDir)
  const endpoints = endpointsAt(config.bind, await choosePorts(config.ports, config.bind))
  const settings = serviceEnvironment(env, config, endpoints)
  const shared = log === undefined ? {} : { log }

  await using stack = new AsyncDisposableStack()
  const controlPlane = stack.use(await createControlPlane(readControlPlaneConfig(settings), shared))
  stack.use(await createArtifactCas(readCasConfig(settings), shared))
  const { pglite } = controlPlane.ctx
  const integrations = stack.use(
    await createIntegrations(readIntegrationsConfig(settings), {
      ...shared,
      ...(pglite ? { pglite } : {}),
    }),
  )
  await integrations.started
  await ensureOperator(controlPlane.ctx, { dataDir, endpoints })
  stack.use(await announceEndpoints(dataDir, endpoints))

  const open = stack.move()
  return { dataDir, endpoints, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
