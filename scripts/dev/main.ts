import { join } from 'node:path'

import { root, run } from '../lib/process.ts'
import { runMain } from '../lib/run-main.ts'
import { seed } from './seed.ts'

const flags = ['--disable-warning=ExperimentalWarning', '--conditions=chainloop-source']
const main = join(root, 'services', 'standalone', 'src', 'main.ts')

/* `npm run dev`: the standalone server, restarted on every change of a source file, with something to look at. */
await runMain(async () => {
  const dataDir = process.env['CHAINLOOP_DATA_DIR'] ?? join(root, '.chainloop')
  const server = run(process.execPath, [...flags, '--watch', '--watch-preserve-output', main], {
    env: { CHAINLOOP_DATA_DIR: dataDir },
    show: 'all',
  })
  const [{ code }] = await Promise.all([server, seed(dataDir, server)])
  return code
})
