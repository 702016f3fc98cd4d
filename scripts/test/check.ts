import { runMain } from '../lib/run-main.ts'
import { runChecks } from './checks.ts'
import { report } from './report.ts'

/* `npm run check`: everything that needs no test. */
await runMain(async () => report([await runChecks()]))
