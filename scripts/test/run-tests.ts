import { say } from '../lib/say.ts'
import { findProgram } from '../servers/daemon.ts'
import { startServers } from '../servers/start-servers.ts'
import { type NamedTest, runJestSteadily } from './jest-run.ts'
import type { Totals } from './report.ts'
import { type JudgedSkip, judgeSkips, readExpectedSkips } from './skips.ts'

/** Starts the servers, runs jest against them, judges the skips. A server that cannot be had is a failure. */
export async function runTests(
  args: readonly string[],
): Promise<Totals & { skips: readonly JudgedSkip[]; unsteady: readonly NamedTest[] }> {
  await using servers = await startServers()
  for (const note of servers.notes) say(`✓ ${note}`)
  for (const lack of servers.missing) say(`✗ ${lack}`)

  const { passed, failed, skipped, unsteady } = await runJestSteadily(args, servers.env)
  const skips = judgeSkips(skipped, readExpectedSkips(), {
    env: { ...process.env, ...servers.env },
    isInstalled: (program) => findProgram(program) !== undefined,
  })
  return { passed, failed: failed + servers.missing.length, skips, unsteady }
}
