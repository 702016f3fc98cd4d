import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { freePort } from '../lib/free-port.ts'
import { startDaemon, temporaryFolder } from '../servers/daemon.ts'
import { nats } from '../servers/nats.ts'
import { runJest } from '../test/jest-run.ts'
import { cosign, distribution, kfake, obtain, oras } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** What plugins deliver arrives at servers, and is found by programs, that others wrote. */
export function targetsSuite(): readonly Comparison[] {
  return [
    { title: `${kfake.name} ${kfake.version}: a topic gets attestations`, run: tryKafka },
    {
      title: `${cosign.name} ${cosign.version}, ${oras.name} ${oras.version}: what is pushed beside an image is found, and verifies`,
      run: tryReferrers,
    },
  ]
}

async function tryKafka(): Promise<Verdict> {
  const found = await obtain(kfake)
  if ('reason' in found) return { outcome: 'not run', why: found.reason }
  const port = await freePort()
  await using _server = await startDaemon({
    program: found.program,
    args: [String(port), 'evidence'],
    port,
    stopSignal: 'SIGTERM',
  })
  const filter = [
    '--selectProjects',
    'services/integrations',
    '--testPathPatterns',
    'plugins/kafka',
  ]
  return verdictOf(await runJest(filter, { TEST_KAFKA_URL: `kafka://127.0.0.1:${port}` }))
}

/** In a registry with the referrers API, which the one of the stories does not have. */
async function tryReferrers(): Promise<Verdict> {
  const [verifier, finder, server] = [
    await obtain(cosign),
    await obtain(oras),
    await obtain(distribution),
  ]
  if ('reason' in verifier) return { outcome: 'not run', why: verifier.reason }
  if ('reason' in finder) return { outcome: 'not run', why: finder.reason }
  if ('reason' in server) return { outcome: 'not run', why: server.reason }
  await using messages = await nats.installed()
  if (!messages) return { outcome: 'not run', why: 'there is no nats-server to start' }
  using folder = temporaryFolder('interop-targets')
  const port = await freePort()
  const config = join(folder.path, 'config.json')
  const storage = { filesystem: { rootdirectory: join(folder.path, 'data') } }
  const http = { addr: `127.0.0.1:${port}` }
  writeFileSync(config, JSON.stringify({ version: 0.1, log: { level: 'error' }, storage, http }))
  const args = ['serve', config]
  await using _registry = await startDaemon({
    program: server.program,
    args,
    port,
    stopSignal: 'SIGTERM',
  })
  return verdictOf(
    await runJest(['--selectProjects', 'test/e2e', '--testPathPatterns', 'integrations.e2e'], {
      TEST_REGISTRY_URL: `http://127.0.0.1:${port}`,
      TEST_NATS_URL: messages.url,
      TEST_COSIGN: verifier.program,
      TEST_ORAS: finder.program,
    }),
  )
}

function verdictOf({ passed, failed }: { passed: number; failed: number }): Verdict {
  if (failed === 0 && passed > 0) return { outcome: 'passed' }
  return { outcome: 'failed', why: `${failed} tests failed, ${passed} passed` }
}
