import { buildCli } from './lib/build-cli.ts'
import { run } from './lib/process.ts'
import { runMain } from './lib/run-main.ts'
import { say } from './lib/say.ts'

/* `npm run build`: every package's dist/ (code is generated before any verb), then the bundled command line tool. */
await runMain(async () => {
  const { code } = await run('tsc', ['--build'], { show: 'all' })
  if (code === 0) say(await buildCli())
  return code
})
