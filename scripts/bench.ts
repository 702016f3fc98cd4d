import { join } from 'node:path'

import { buildCli } from './lib/build-cli.ts'
import { unwindOnSignal } from './lib/interruption.ts'
import { root, run } from './lib/process.ts'
import { say } from './lib/say.ts'
import { startServers } from './servers/start-servers.ts'

/* `npm run bench [pattern …]`: the table of ratios; PostgreSQL as it would run, with fsync. */
process.env['TEST_DATABASE_FSYNC'] ??= 'on'
unwindOnSignal()
await using servers = await startServers()
for (const note of [...servers.notes, ...servers.missing]) say(note)
const cli = await buildCli()
const { code } = await run(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--conditions=chainloop-source',
    join(root, 'test', 'bench', 'src', 'main.ts'),
    ...process.argv.slice(2),
  ],
  { env: { ...servers.env, CHAINLOOP_BENCH_CLI: cli }, show: 'all' },
)
process.exitCode = code
