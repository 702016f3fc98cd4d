import { commands } from './commands/commands.ts'
import { readConfig } from './config.ts'

const [name = 'serve', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) throw new Error(`no command ${name}: ${Object.keys(commands).join(', ')}`)

await command(readConfig(process.env), args)
