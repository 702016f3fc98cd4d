import { run } from './lib/process.ts'

/* `npm run build`: every package's dist/ (code is generated before any verb), then the bundled CLI. */
const compile = await run('tsc', ['--build'], { show: 'all' })
process.exitCode = compile.code
