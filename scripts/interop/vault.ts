import { freePort } from '../lib/free-port.ts'
import { startDaemon } from '../servers/daemon.ts'
import { runJest } from '../test/jest-run.ts'
import { obtain, transit } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** Keys of Vault's transit engine sign what our verifier wants. */
export function vaultSuite(): readonly Comparison[] {
  return [{ title: `${transit.name} ${transit.version}: its keys sign`, run: tryEngine }]
}

async function tryEngine(): Promise<Verdict> {
  const found = await obtain(transit)
  if ('reason' in found) return { outcome: 'not run', why: found.reason }
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  // Its environment is ours.
  process.env['VAULT_TOKEN'] = 'interop'
  await using _server = await startDaemon({
    program: found.program,
    args: [address],
    port,
    stopSignal: 'SIGTERM',
  })
  const { passed, failed } = await runJest(
    ['--selectProjects', 'packages/keys', '--testPathPatterns', 'kms/vault-real'],
    { TEST_VAULT_URL: `http://interop@${address}` },
  )
  if (failed === 0 && passed > 0) return { outcome: 'passed' }
  return { outcome: 'failed', why: `${failed} tests failed, ${passed} passed` }
}
