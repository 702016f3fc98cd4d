import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

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
