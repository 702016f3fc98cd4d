import { randomBytes } from 'node:crypto'

import type { Environment } from '@chainloop/kit/config'

import type { Config } from './config.ts'
import type { Endpoints } from './endpoints.ts'

/** What the services read: everything that was given, and where they find each other. */
export function serviceEnvironment(
  env: Environment,
  { dataDir, bind }: Config,
  endpoints: Endpoints,
): Environment {
  const portOf = (name: keyof Endpoints): string => new URL(endpoints[name]).port
  return {
    // Links that clients get; somebody who serves others puts the address here that those can reach.
    CONTROLPLANE_EXTERNAL_URL: endpoints.controlPlaneHttp,
    CAS_EXTERNAL_URL: endpoints.casHttp,
    ...env,
    CHAINLOOP_DATA_DIR: dataDir,
    CHAINLOOP_BIND: bind,
    CONTROLPLANE_API_PORT: portOf('controlPlaneApi'),
    CONTROLPLANE_HTTP_PORT: portOf('controlPlaneHttp'),
    CONTROLPLANE_INTERNAL_PORT: portOf('controlPlaneInternal'),
    CONTROLPLANE_METRICS_PORT: portOf('controlPlaneMetrics'),
    CAS_API_PORT: portOf('casApi'),
    CAS_HTTP_PORT: portOf('casHttp'),
    CAS_METRICS_PORT: portOf('casMetrics'),
    INTEGRATIONS_HTTP_PORT: portOf('integrationsHttp'),
    CONTROLPLANE_INTERNAL_URL: endpoints.controlPlaneInternal,
    CONTROLPLANE_JWKS_URL: `${endpoints.controlPlaneHttp}/.well-known/jwks.json`,
    CAS_INTERNAL_URL: endpoints.casHttp,
    // Both ends live in this process: nobody has to know these any longer than it runs.
    CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS: randomBytes(32).toString('base64url'),
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: randomBytes(32).toString('base64url'),
  }
}
