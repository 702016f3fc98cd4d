import { unwindOnSignal } from '../lib/interruption.ts'
import { report } from './report.ts'
import { runTests } from './run-tests.ts'

/* `npm run e2e [pattern …]`: the stories only, with the servers that they need. */
unwindOnSignal()
const { skips, ...totals } = await runTests([
  '--selectProjects',
  'test/e2e',
  ...process.argv.slice(2),
])
process.exitCode = report([totals], skips)
