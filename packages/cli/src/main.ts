import { processIo } from './core/io.ts'
import { main } from './core/main.ts'

process.exitCode = await main(process.argv.slice(2), processIo())
