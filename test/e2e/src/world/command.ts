import { spawn } from 'node:child_process'
import { once } from 'node:events'

interface CommandOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program to its end and returns what it printed to stdout; fails unless it ends with 0. */
export async function command(
  program: string,
  args: readonly string[],
  { cwd, env = process.env }: CommandOptions,
): Promise<string> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0) {
    throw new Error(
      `${program} ${args.join(' ')} ended with ${String(code)}:\n${printed.stdout}${printed.stderr}`,
    )
  }
  return printed.stdout
}
