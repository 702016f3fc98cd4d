import { processIo } from './core/io.ts'
import { main } from './core/main.ts'

// Who read the results has enough of them (`| head`); they are printed when the work is done, or one by one.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.exit()
  throw cause
})
process.exitCode = await main(process.argv.slice(2), processIo())
