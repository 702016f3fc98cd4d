import { run } from './lib/process.ts'
import { runMain } from './lib/run-main.ts'

/* `npm run fix`: what the tools can put right by themselves. */
await runMain(async () => {
  const lint = await run('oxlint', ['--type-aware', '--fix'], { show: 'all' })
  const format = await run('oxfmt', [], { show: 'all' })
  return lint.code || format.code
})
