import { join } from 'node:path'

import { root, run } from '../lib/process.ts'
import { say, secondsSince } from '../lib/say.ts'
import type { Totals } from './report.ts'
import { workspaceProblems } from './workspace-check.ts'

interface Check {
  readonly name: string
  /** Empty when all is well, else what is wrong. */
  readonly perform: () => Promise<string>
}

const checks: readonly Check[] = [
  command('format', ['oxfmt', '--check']),
  command('types', ['tsc', '--build']),
  command('types of scripts', ['tsc', '--project', 'scripts']),
  command('lint', ['oxlint', '--type-aware', '--report-unused-disable-directives-severity=error']),
  command('dead code', ['knip', '--no-progress']),
  command('API lint', ['buf', 'lint'], join(root, 'proto')),
  command('API build', ['buf', 'build', '--output', '/dev/null'], join(root, 'proto')),
  { name: 'workspace', perform: workspaceProblems },
]

/** Every check once, in order; what fails is shown in full. */
export async function runChecks(): Promise<Totals> {
  let failed = 0
  for (const { name, perform } of checks) {
    const start = performance.now()
    const problems = await perform()
    say(`${problems === '' ? '✓' : '✗'} ${name} (${secondsSince(start)})`)
    if (problems !== '') {
      say(problems.trimEnd())
      failed += 1
    }
  }
  return { passed: checks.length - failed, failed }
}

function command(name: string, [program = '', ...args]: readonly string[], cwd = root): Check {
  return {
    name,
    async perform() {
      const { code, output } = await run(join(cwd, 'node_modules', '.bin', program), args, { cwd })
      return code === 0 ? '' : output || `${program} ended with exit code ${code}`
    },
  }
}
