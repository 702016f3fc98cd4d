import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const flags = ['--disable-warning=ExperimentalWarning', '--conditions=chainloop-source']
const fileIn = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** Once for all stories: the bundled command line tool, and a data directory as the first start leaves it. */
export default async function prepare() {
  const folder = mkdtempSync(join(tmpdir(), 'chainloop-e2e-'))
  process.env.CHAINLOOP_E2E = folder
  bundleCli(join(folder, 'cli'))
  await firstStart(join(folder, 'data'))
}

/** A copy of its own: somebody may build another while the stories run. */
function bundleCli(folder) {
  const script = fileIn('packages/cli/scripts/bundle.ts')
  const { status, stderr } = spawnSync(process.execPath, [...flags, script])
  if (status !== 0)
    throw new Error(`the command line tool could not be bundled:\n${String(stderr)}`)
  for (const part of ['chainloop.mjs', 'chunks']) {
    cpSync(fileIn(`packages/cli/dist/${part}`), join(folder, part), { recursive: true })
  }
}

/** Making a database takes seconds, copying one a tenth of one. */
async function firstStart(dataDir) {
  const ports = ['CONTROLPLANE_API', 'CONTROLPLANE_HTTP', 'CONTROLPLANE_INTERNAL']
  ports.push('CONTROLPLANE_METRICS', 'CAS_API', 'CAS_HTTP', 'CAS_METRICS', 'INTEGRATIONS_HTTP')
  const server = spawn(process.execPath, [...flags, fileIn('services/standalone/src/main.ts')], {
    env: {
      PATH: process.env.PATH,
      CHAINLOOP_DATA_DIR: dataDir,
      ...Object.fromEntries(ports.map((name) => [`${name}_PORT`, '0'])),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = []
  server.stderr.on('data', (chunk) => printed.push(chunk))
  const closed = once(server, 'close')
  const ready = await Promise.race([once(server.stdout, 'data'), closed.then(() => undefined)])
  if (ready === undefined) throw new Error(`the server does not start:\n${printed.join('')}`)
  server.kill('SIGTERM')
  await closed
}
