import { parseArgs } from 'node:util'

import { runMain } from '../lib/run-main.ts'
import { say, secondsSince } from '../lib/say.ts'
import { runChecks } from './checks.ts'
import { report, type Totals } from './report.ts'
import { runTests } from './run-tests.ts'

/* `npm test`: every check, then every test; with `--only checks` or `--only tests` a half of it. */
await runMain(async () => {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string' } },
    allowPositionals: true,
  })
  const start = performance.now()
  const totals: Totals[] = []
  if (values.only !== 'tests') totals.push(await runChecks())
  const tests = values.only === 'checks' ? undefined : await runTests(positionals)
  if (tests) totals.push(tests)
  say(`\ntook ${secondsSince(start)}`)
  return report(totals, tests)
})
