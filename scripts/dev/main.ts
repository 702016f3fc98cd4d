import { join } from 'node:path'

import { unwindOnSignal } from '../lib/interruption.ts'
import { root, run } from '../lib/process.ts'
import { seed } from './seed.ts'

/* `npm run dev`: the standalone server, restarted on every change of a source file, with something to look at. */
unwindOnSignal()
const dataDir = process.env['CHAINLOOP_DATA_DIR'] ?? join(root, '.chainloop')
const server = run(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--conditions=chainloop-source',
    '--watch',
    '--watch-preserve-output',
    join(root, 'services', 'standalone', 'src', 'main.ts'),
  ],
  { env: { CHAINLOOP_DATA_DIR: dataDir }, show: 'all' },
)
const [{ code }] = await Promise.all([server, seed(dataDir, server)])
process.exitCode = code
