import type { Row } from './row.ts'
import { cpuTimeOf } from './run-program.ts'
import { withWorld } from './worlds.ts'

const rounds = 20

/** CPU time of the bundled command line tool; the bar is 120 ms. */
export async function measureCliStart(): Promise<readonly Row[]> {
  const cli = process.env['CHAINLOOP_BENCH_CLI'] ?? ''
  const bare = await cpuTimeOf([process.execPath, '-e', '0'], { rounds })
  const row = (what: string, cpuMs: number): Row => ({
    what,
    measured: { value: cpuMs, unit: 'ms CPU' },
    baseline: 'node -e 0',
    reference: { value: bare, unit: 'ms CPU' },
    better: 'lower',
  })
  return withWorld({}, async ({ declared, folder }) => {
    const { job, workflow, project } = declared
    const env = { ...job.env, TMPDIR: folder }
    const init = ['attestation', 'init', '--workflow', workflow, '--project', project]
    await job.chainloop(init, { cwd: folder, env })
    const cpuOf = (...args: string[]): Promise<number> =>
      cpuTimeOf([process.execPath, cli, ...args], { rounds, env })
    const start = await cpuOf('version', '--client')
    const status = await cpuOf('attestation', 'status')
    return [
      row('chainloop version --client', start),
      {
        ...row('chainloop attestation status', status),
        baseline: 'chainloop version --client',
        reference: { value: start, unit: 'ms CPU' },
        note: `${(status - start).toFixed(0)} ms more than the start`,
      },
    ]
  })
}
