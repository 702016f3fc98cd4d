import { run } from './lib/process.ts'

/* `npm run fix`: what the tools can put right by themselves. */
const lint = await run('oxlint', ['--type-aware', '--fix'], { show: 'all' })
const format = await run('oxfmt', [], { show: 'all' })
process.exitCode = lint.code || format.code
