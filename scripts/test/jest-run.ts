import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'

import { root, run } from '../lib/process.ts'
import { say } from '../lib/say.ts'
import { temporaryFolder } from '../servers/daemon.ts'

/** A test by its file, from the root, and its full title. */
export interface NamedTest {
  readonly file: string
  readonly title: string
}

export interface JestResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly NamedTest[]
  /** What failed the first time, and held when its file was run again by itself. */
  readonly unsteady: readonly NamedTest[]
}

const sideBySide = `--maxWorkers=${Math.max(2, availableParallelism())}`

/** More files than these have a reason in common. */
const MOST_LOOKED_AT_AGAIN = 5

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
  const { report, code } = await reportOf([sideBySide, ...args], env)
  return countResults(report, code)
}

/** The same; a few files that fail are run once more, one after another, with the machine to themselves. */
export async function runJestSteadily(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<JestResult> {
  const first = await reportOf([sideBySide, ...args], env)
  const files = first.report.testResults.filter(isFailed).map(({ name }) => name)
  if (files.length === 0 || files.length > MOST_LOOKED_AT_AGAIN) {
    return countResults(first.report, first.code)
  }
  say(`\n${files.length} of the files failed: each is run again by itself`)
  const again = await reportOf(['--runInBand', '--runTestsByPath', ...files], env)
  return withSecondLook(first.report, again)
}

/** Files that were run again count as they did then. */
export function withSecondLook(first: Report, again: Reported): JestResult {
  const steady = first.testResults.filter((file) => !isFailed(file))
  const before = countResults({ success: true, testResults: steady }, 0)
  const after = countResults(again.report, again.code)
  const held = new Set(testsOf(again.report).filter(isPassed).map(keyOf))
  return {
    passed: before.passed + after.passed,
    failed: before.failed + after.failed,
    skipped: [...before.skipped, ...after.skipped],
    unsteady: testsOf(first).filter((test) => test.status === 'failed' && held.has(keyOf(test))),
  }
}

interface Reported {
  readonly report: Report
  readonly code: number
}

async function reportOf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Reported> {
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
      ...args,
    ],
    // jest prints the whole report to stdout with --json: its progress goes to stderr.
    { env, show: 'stderr' },
  )
  return { report: JSON.parse(readFileSync(reportFile, 'utf8')) as Report, code }
}

export function countResults(report: Report, code: number): JestResult {
  const { success, testResults } = report
  const tests = testsOf(report)
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
    unsteady: [],
  }
}

type FoundTest = NamedTest & { readonly status: string }

function testsOf({ testResults }: Report): FoundTest[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({
      file: relative(root, name),
      title: test.fullName,
      status: test.status,
    })),
  )
}

const isFailed = ({ status }: { readonly status: string }): boolean => status === 'failed'
const isPassed = ({ status }: FoundTest): boolean => status === 'passed'
const keyOf = ({ file, title }: NamedTest): string => `${file} › ${title}`
