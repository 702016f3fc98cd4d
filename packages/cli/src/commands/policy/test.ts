import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { table } from '../../core/view.ts'
import { reportOptions, writeReports } from '../../reports/report.ts'

export const policyTest = defineCommand({
  name: 'policy develop test',
  summary: 'Run the tests of a policy',
  details:
    'Rules whose names begin with test_ in the files *_test.rego beside the policy; each has to be true. Says which lines of the scripts they reach. Ends with exit code 1 when a test fails, or too few lines are reached.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
    },
    minCoverage: {
      type: 'integer',
      placeholder: 'percent',
      default: 0,
      help: 'so many lines of the scripts have to be reached',
    },
    ...reportOptions,
  },
  examples: [
    'chainloop policy develop test --policy fresh.yaml',
    'chainloop policy develop test --policy fresh.yaml --min-coverage 90 --junit tests.xml',
  ],

  async run(_session, { policy, minCoverage, ...reports }) {
    const { testPolicy } = await import('@chainloop/sdk/policies/test-policy')
    const { tests, coverage } = await testPolicy(policy)
    if (tests.length === 0) {
      throw new Refused(
        `${policy} has no tests`,
        'write rules test_… into a file *_test.rego beside it',
      )
    }
    await writeReports(reports, {
      results: tests
        .filter(({ passed }) => !passed)
        .map(({ file, name, reason }) => ({
          rule: name,
          level: 'error',
          message: `${name}: ${reason}`,
          file,
        })),
      cases: tests.map(({ file, name, passed, reason }) => ({
        suite: file,
        name,
        outcome: passed ? 'passed' : 'failed',
        reasons: passed ? [] : [reason],
      })),
    })
    return { tests, coverage: coverage.map(percentOf), minCoverage }
  },

  view: ({ tests, coverage }) => [
    table(
      ['test', 'result', 'why'],
      tests.map(({ name, passed, reason }) => [name, passed ? 'passed' : 'failed', reason]),
      { empty: '' },
    ),
    table(
      ['script', 'lines reached', 'not reached'],
      coverage.map(({ file, percent, missed }) => [file, `${percent} %`, ranges(missed)]),
      { empty: '' },
    ),
  ],

  exit({ tests, coverage, minCoverage }) {
    const failed = tests.filter(({ passed }) => !passed)
    if (failed.length > 0) return fail(`${failed.length} of ${tests.length} tests failed`)
    const low = coverage.find(({ percent }) => percent < minCoverage)
    return low && fail(`the tests reach ${low.percent} % of ${low.file}, not ${minCoverage} %`)
  },
})

function fail(message: string): { readonly code: number; readonly error: Error } {
  return { code: EXIT.failed, error: new Refused(message) }
}

interface Lines {
  readonly file: string
  readonly covered: readonly number[]
  readonly missed: readonly number[]
}

function percentOf(lines: Lines): Lines & { readonly percent: number } {
  const { covered, missed } = lines
  const total = covered.length + missed.length
  return { ...lines, percent: total === 0 ? 100 : Math.floor((100 * covered.length) / total) }
}

/** `3, 7-9` */
function ranges(rows: readonly number[]): string {
  const found: [number, number][] = []
  for (const row of rows) {
    const last = found.at(-1)
    if (last && last[1] === row - 1) last[1] = row
    else found.push([row, row])
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ')
}
