import { commands } from './commands/commands.ts'
import { readConfig } from './config.ts'

const [name = 'serve', ...args] = process.argv.slice(2)

try {
  const command = commands[name]
  if (!command) throw new Error(`no command ${name}, only ${Object.keys(commands).join(', ')}`)
  await command(readConfig(process.env), args)
} catch (cause) {
  const { message = String(cause) } = cause as Partial<Error>
  process.stderr.write(`controlplane: ${message}\n`)
  process.exitCode = 1
}
