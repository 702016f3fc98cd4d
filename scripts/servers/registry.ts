import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { freePort } from '../lib/free-port.ts'
import { findProgram, startDaemon, temporaryFolder } from './daemon.ts'
import type { RunningServer, ServerKind } from './server.ts'

export const registry: ServerKind = {
  name: 'OCI registry',
  variable: 'TEST_REGISTRY_URL',
  debianPackage: 'docker-registry',
  docker: { image: 'registry:3', port: 5000, env: [] },
  installed,
  urlAt: (host, port) => `http://${host}:${port}`,
}

async function installed(): Promise<RunningServer | undefined> {
  const program = findProgram('docker-registry') ?? findProgram('registry')
  if (program === undefined) return undefined

  await using stack = new AsyncDisposableStack()
  const data = stack.use(temporaryFolder('registry'))
  const port = await freePort()
  const config = join(data.path, 'config.json')
  writeFileSync(config, JSON.stringify(settings(join(data.path, 'blobs'), port)))
  stack.use(await startDaemon({ program, args: ['serve', config], port, stopSignal: 'SIGTERM' }))
  const open = stack.move()
  return {
    url: registry.urlAt('127.0.0.1', port),
    origin: program,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** JSON is YAML, which is what the registry reads. */
function settings(rootdirectory: string, port: number): object {
  return {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  }
}
