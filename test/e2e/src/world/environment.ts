import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import type { Endpoints } from '@chainloop/standalone/standalone'

export type Env = Readonly<Record<string, string>>

/** Every listener on a port that is free. */
export const anyPorts: Env = Object.fromEntries(
  [
    'CONTROLPLANE_API_PORT',
    'CONTROLPLANE_HTTP_PORT',
    'CONTROLPLANE_INTERNAL_PORT',
    'CONTROLPLANE_METRICS_PORT',
    'CAS_API_PORT',
    'CAS_HTTP_PORT',
    'CAS_METRICS_PORT',
    'INTEGRATIONS_HTTP_PORT',
  ].map((name) => [name, '0']),
)

/** What `source operator.env` would set. */
export async function operatorEnv(dataDir: string): Promise<Env> {
  const parsed = parseEnv(await readFile(join(dataDir, 'operator.env'), 'utf8'))
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, value ?? '']))
}

/** The ports of a server, so that another one can take its place. */
export function portsOf(endpoints: Endpoints): Env {
  const of = (url: string): string => new URL(url).port
  return {
    CONTROLPLANE_API_PORT: of(endpoints.controlPlaneApi),
    CONTROLPLANE_HTTP_PORT: of(endpoints.controlPlaneHttp),
    CONTROLPLANE_INTERNAL_PORT: of(endpoints.controlPlaneInternal),
    CONTROLPLANE_METRICS_PORT: of(endpoints.controlPlaneMetrics),
    CAS_API_PORT: of(endpoints.casApi),
    CAS_HTTP_PORT: of(endpoints.casHttp),
    CAS_METRICS_PORT: of(endpoints.casMetrics),
    INTEGRATIONS_HTTP_PORT: of(endpoints.integrationsHttp),
  }
}
