import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { root } from '../lib/process.ts'

export interface Server extends AsyncDisposable {
  readonly dataDir: string
}

/** Starts the standalone server as a process of its own and waits for its `ready` line. */
export async function startServer(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<Server> {
  const logFile = `${dataDir}.log`
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--conditions=chainloop-source',
      join(root, 'services/standalone/src/main.ts'),
    ],
    {
      cwd: root,
      env: { ...process.env, ...freePorts, CHAINLOOP_DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  child.stderr.pipe(createWriteStream(logFile))
  const closed = once(child, 'close')
  const ready = once(createInterface(child.stdout), 'line')
  const first = await Promise.race([ready, closed.then(() => undefined)])
  if (first === undefined) throw new Error(`the server ended before it was ready; see ${logFile}`)
  return {
    dataDir,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await closed
    },
  }
}

/** 0 means: any free one. */
const freePorts = Object.fromEntries(
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
