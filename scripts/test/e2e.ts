import { runMain } from '../lib/run-main.ts'
import { report } from './report.ts'
import { runTests } from './run-tests.ts'

/* `npm run e2e [pattern …]`: the stories only, with the servers that they need. */
await runMain(async () => {
  const result = await runTests([
    '--selectProjects',
    'test/e2e',
    '--testPathPatterns',
    ...patterns(),
  ])
  return report([result], result)
})

function patterns(): readonly string[] {
  const given = process.argv.slice(2)
  return given.length > 0 ? given : ['.']
}
