import { freePort } from '../lib/free-port.ts'
import { startDaemon } from '../servers/daemon.ts'
import { runJest } from '../test/jest-run.ts'
import { obtain, timestampServer } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** A timestamp authority of somebody else answers what we ask, beside one of ours. */
export function tsaSuite(): readonly Comparison[] {
  const title = `${timestampServer.name} ${timestampServer.version}: it stamps beside another`
  return [{ title, run: tryAuthority }]
}

async function tryAuthority(): Promise<Verdict> {
  const found = await obtain(timestampServer)
  if ('reason' in found) return { outcome: 'not run', why: found.reason }
  const port = await freePort()
  const where = ['--host', '127.0.0.1', '--port', String(port)]
  await using _server = await startDaemon({
    program: found.program,
    args: ['serve', ...where, '--timestamp-signer', 'memory', '--disable-ntp-monitoring'],
    port,
    stopSignal: 'SIGTERM',
  })
  const { passed, failed } = await runJest(
    ['--selectProjects', 'packages/sdk', '--testPathPatterns', 'signing/timestamp-real'],
    { TEST_TSA_URL: `http://127.0.0.1:${port}` },
  )
  if (failed === 0 && passed > 0) return { outcome: 'passed' }
  return { outcome: 'failed', why: `${failed} tests failed, ${passed} passed` }
}
