import { join } from 'node:path'

import { obtain, opa } from './interop/peers.ts'
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
  await compile('services/artifact-cas')
  const env = { ...servers.env, CHAINLOOP_BENCH_CLI: await buildCli(), ...(await opaEnv()) }
  const args = [...flags, main, ...process.argv.slice(2)]
  return (await run(process.execPath, args, { env, show: 'all' })).code
})

/** What is measured as it is shipped. */
async function compile(project: string): Promise<void> {
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { code, output } = await run(tsc, ['--build', join(root, project)])
  if (code !== 0) throw new Error(`${project} could not be compiled:\n${output}`)
}

/** The engine that policies are compared with, where it is wanted and can be had. */
async function opaEnv(): Promise<Readonly<Record<string, string>>> {
  const wanted = process.argv.slice(2)
  if (wanted.length > 0 && !wanted.includes('policies')) return {}
  const peer = await obtain(opa)
  if ('program' in peer) return { CHAINLOOP_BENCH_OPA: peer.program }
  say(peer.reason)
  return {}
}
