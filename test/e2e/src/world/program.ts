import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

import type { Env } from './environment.ts'
import { repository } from './folder.ts'

/** A program that runs until it is stopped. */
export interface Program extends AsyncDisposable {
  readonly pid: number | undefined
  /** What it has printed so far. */
  log(): string
  /** Ends it without a chance to tidy up, as a crash would. */
  kill(): Promise<void>
}

/** Source files run as they are; spans are exported where an OTLP endpoint is set. */
export const nodeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--conditions=chainloop-source',
  '--import',
  pathToFileURL(join(repository, 'packages', 'kit', 'src', 'telemetry.ts')).href,
]

/** Runs a source file with the project's Node until it prints a line that `isReady` accepts. */
export async function startProgram(
  file: string,
  env: Env,
  isReady: (line: string) => boolean,
): Promise<Program> {
  return startCommand(
    [process.execPath, ...nodeFlags, join(repository, file)],
    { cwd: repository, env: { PATH: process.env['PATH'], ...env } },
    isReady,
  )
}

interface CommandPlace {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** It starts others in turn: signals go to all of them. */
  readonly detached?: boolean
}

export async function startCommand(
  [program = '', ...args]: readonly string[],
  options: CommandPlace,
  isReady: (line: string) => boolean,
): Promise<Program> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: string[] = []
  const closed = once(child, 'close')
  const ready = Promise.withResolvers<boolean>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      printed.push(line)
      if (isReady(line)) ready.resolve(true)
    })
  }
  void closed.then(() => ready.resolve(false))
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) signalTo(child, signal, options)
    await closed
  }
  if (!(await ready.promise))
    throw new Error(`${program} ended before it was ready:\n${printed.join('\n')}`)

  return {
    pid: child.pid,
    log: () => printed.join('\n'),
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  }
}

function signalTo({ pid }: ChildProcess, signal: NodeJS.Signals, { detached }: CommandPlace): void {
  if (pid !== undefined) process.kill(detached ? -pid : pid, signal)
}
