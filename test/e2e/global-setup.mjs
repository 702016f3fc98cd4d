import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The stories drive the bundled command line tool: what users get, and it starts five times faster. */
export default function bundleCli() {
  const script = fileURLToPath(new URL('../../packages/cli/scripts/bundle.ts', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=chainloop-source', script])
  if (status !== 0) throw new Error(`the command line tool could not be bundled:\n${stderr}`)
}
