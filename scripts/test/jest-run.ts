import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'

import { root, run } from '../lib/process.ts'
import { temporaryFolder } from '../servers/daemon.ts'

export interface SkippedTest {
  readonly file: string
  readonly title: string
}

export interface JestResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly SkippedTest[]
}

interface Report {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** Runs jest with the given arguments, shows its output, and counts what its report says. */
export async function runJest(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<JestResult> {
  using folder = temporaryFolder('jest')
  const reportFile = join(folder.path, 'report.json')
  const { code } = await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      // A snapshot that nobody has reviewed fails.
      '--ci',
      '--json',
      `--outputFile=${reportFile}`,
      `--maxWorkers=${Math.max(2, availableParallelism())}`,
      ...args,
    ],
    // jest prints the whole report to stdout with --json: its progress goes to stderr.
    { env, show: 'stderr' },
  )
  return countResults(JSON.parse(readFileSync(reportFile, 'utf8')) as Report, code)
}

export function countResults({ success, testResults }: Report, code: number): JestResult {
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({
      file: relative(root, name),
      title: test.fullName,
      status: test.status,
    })),
  )
  const having = (...statuses: string[]): typeof tests =>
    tests.filter(({ status }) => statuses.includes(status))
  // A file that cannot even be loaded has no tests to count, and must not look like none failed.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  const failed = having('failed').length + broken.length
  return {
    passed: having('passed').length,
    failed: failed === 0 && (!success || code !== 0) ? 1 : failed,
    skipped: having('pending', 'skipped', 'todo', 'disabled'),
  }
}
