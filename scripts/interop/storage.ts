import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { freePort } from '../lib/free-port.ts'
import { startDaemon, temporaryFolder } from '../servers/daemon.ts'
import { runJest } from '../test/jest-run.ts'
import { distribution, fakeGcsServer, obtain, type Peer, versitygw, zot } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** A server that bytes go to, and the tests that want it. */
interface StorageServer {
  readonly peer: Peer
  readonly what: string
  /** Files of tests, by the project that they are of. */
  readonly tests: Readonly<Record<string, string>>
  readonly args: (folder: string, port: number) => readonly string[]
  readonly env: (port: number) => Readonly<Record<string, string>>
}

const registryEnv = (port: number) => ({ TEST_REGISTRY_URL: `http://127.0.0.1:${port}` })

/** Of the plugins that archive. */
const archives = { 'services/integrations': 'object-storage/real' }

const servers: readonly StorageServer[] = [
  {
    peer: versitygw,
    what: 'artifacts and archives in S3',
    tests: { 'services/artifact-cas': 'backends/s3/real', ...archives },
    args(folder, port) {
      const [data, sidecar] = [join(folder, 'data'), join(folder, 'sidecar')]
      for (const path of [data, sidecar]) mkdirSync(path)
      const keys = ['--access', 'interop', '--secret', 'interop-secret']
      const where = ['--port', `127.0.0.1:${port}`, '--quiet']
      return [...where, ...keys, 'posix', '--sidecar', sidecar, data]
    },
    env: (port) => ({ TEST_S3_URL: `http://interop:interop-secret@127.0.0.1:${port}` }),
  },
  {
    peer: fakeGcsServer,
    what: 'artifacts and archives in Google Cloud Storage',
    tests: { 'services/artifact-cas': 'backends/gcs/', ...archives },
    args(_folder, port) {
      const url = `http://127.0.0.1:${port}`
      const where = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)]
      return [...where, '-external-url', url, '-backend', 'memory', '-log-level', 'error']
    },
    env: (port) => ({ TEST_GCS_URL: `http://127.0.0.1:${port}` }),
  },
  {
    peer: distribution,
    what: 'artifacts in a registry',
    tests: { 'services/artifact-cas': 'backends/oci/' },
    args: (folder, port) => [
      'serve',
      written(folder, {
        version: 0.1,
        log: { level: 'error', accesslog: { disabled: true } },
        storage: {
          filesystem: { rootdirectory: join(folder, 'data') },
          delete: { enabled: true },
        },
        http: { addr: `127.0.0.1:${port}` },
      }),
    ],
    env: registryEnv,
  },
  {
    peer: zot,
    what: 'artifacts in a registry',
    tests: { 'services/artifact-cas': 'backends/oci/' },
    args: (folder, port) => [
      'serve',
      written(folder, {
        distSpecVersion: '1.1.1',
        storage: { rootDirectory: join(folder, 'data') },
        http: { address: '127.0.0.1', port: String(port) },
        log: { level: 'error' },
      }),
    ],
    env: registryEnv,
  },
]

/** Every kind of storage passes the same tests, against servers that others wrote. */
export function storageSuite(): readonly Comparison[] {
  return servers.map((server) => ({
    title: `${server.peer.name} ${server.peer.version}: ${server.what}`,
    run: () => tryServer(server),
  }))
}

async function tryServer({ peer, tests, args, env }: StorageServer): Promise<Verdict> {
  const found = await obtain(peer)
  if ('reason' in found) return { outcome: 'not run', why: found.reason }
  using folder = temporaryFolder('interop-storage')
  const port = await freePort()
  await using _server = await startDaemon({
    program: found.program,
    args: args(folder.path, port),
    port,
    stopSignal: 'SIGTERM',
  })
  const totals = { passed: 0, failed: 0 }
  for (const [project, files] of Object.entries(tests)) {
    const filter = ['--selectProjects', project, '--testPathPatterns', files]
    const { passed, failed } = await runJest(filter, env(port))
    totals.passed += passed
    totals.failed += passed === 0 ? failed + 1 : failed
  }
  const { passed, failed } = totals
  if (failed === 0) return { outcome: 'passed' }
  return { outcome: 'failed', why: `${failed} tests failed, ${passed} passed` }
}

/** JSON is YAML, too. */
function written(folder: string, settings: object): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, JSON.stringify(settings))
  return path
}
