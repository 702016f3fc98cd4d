import { join } from 'node:path'

import { buildCli } from './lib/build-cli.ts'
import { root, run } from './lib/process.ts'
import { runMain } from './lib/run-main.ts'
import { say } from './lib/say.ts'
import { startServers } from './servers/start-servers.ts'

const flags = ['--disable-warning=ExperimentalWarning', '--conditions=chainloop-source']
const main = join(root, 'test', 'bench', 'src', 'main.ts')

/* `npm run bench [cli|store|cas|round-trip …]`: the table of ratios; PostgreSQL as it would run, with fsync. */
await runMain(async () => {
  process.env['TEST_DATABASE_FSYNC'] ??= 'on'
  await using servers = await startServers()
  for (const note of [...servers.notes, ...servers.missing]) say(note)
  await compileCas()
  const env = { ...servers.env, CHAINLOOP_BENCH_CLI: await buildCli() }
  const args = [...flags, main, ...process.argv.slice(2)]
  return (await run(process.execPath, args, { env, show: 'all' })).code
})

/** The CAS is measured as it is shipped. */
async function compileCas(): Promise<void> {
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { code, output } = await run(tsc, ['--build', join(root, 'services', 'artifact-cas')])
  if (code !== 0) throw new Error(`the CAS could not be compiled:\n${output}`)
}
