import { parseArgs } from 'node:util'

import { unwindOnSignal } from '../lib/interruption.ts'
import { say, secondsSince } from '../lib/say.ts'
import { runChecks } from './checks.ts'
import { report, type Totals } from './report.ts'
import { runTests } from './run-tests.ts'

/* `npm test`: every check, then every test; with `--only checks` or `--only tests` a half of it. */
const { values, positionals } = parseArgs({
  options: { only: { type: 'string' } },
  allowPositionals: true,
  strict: true,
})

unwindOnSignal()
const start = performance.now()
const totals: Totals[] = []
if (values.only !== 'tests') {
  const { passed, failed } = await runChecks()
  totals.push({ passed, failed: failed.length })
}
const tests = values.only === 'checks' ? undefined : await runTests(positionals)
if (tests) totals.push(tests)
say(`took ${secondsSince(start)}`)
process.exitCode = report(totals, tests?.skips ?? [])
