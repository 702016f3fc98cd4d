import { runMain } from '../lib/run-main.ts'
import { report } from './report.ts'
import { runTests } from './run-tests.ts'

/* `npm run e2e [pattern …]`: the stories only, with the servers that they need. */
await runMain(async () => {
  const { skips, ...totals } = await runTests([
    '--selectProjects',
    'test/e2e',
    '--testPathPatterns',
    ...patterns(),
  ])
  return report([totals], skips)
})

function patterns(): readonly string[] {
  const given = process.argv.slice(2)
  return given.length > 0 ? given : ['.']
}
