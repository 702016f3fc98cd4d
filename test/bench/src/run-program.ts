import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/**
 * CPU time (user and system) of one start of a program in ms: the mean of `rounds`, as the shell's `times`
 * counts them. Throws when it fails.
 */
export async function cpuTimeOf(
  command: readonly string[],
  { rounds, env = {} }: { readonly rounds: number; readonly env?: NodeJS.ProcessEnv },
): Promise<number> {
  const loop = `i=0; while [ $i -lt ${rounds} ]; do "$@" >/dev/null 2>&1 || exit 9; i=$((i+1)); done; times`
  const child = spawn('sh', ['-c', loop, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`${command.join(' ')} failed`)
  // The second line is the children's: `0m1.234s 0m0.567s`.
  const times = output.split('\n')[1]?.matchAll(/(\d+)m([\d.]+)s/g) ?? []
  const seconds = [...times].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return (seconds.reduce((sum, part) => sum + part, 0) * 1000) / rounds
}

/** What a program prints. Throws when it fails. */
export async function outputOf([command = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
  return output
}

/** Wall time of one start of a program in ms. Throws when it fails. */
export async function wallTimeOf(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const start = performance.now()
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
  return performance.now() - start
}
