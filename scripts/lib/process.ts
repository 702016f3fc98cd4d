import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { interrupted } from './interruption.ts'

/** The top of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tools of the workspace come first, the project's Node among them. */
export const toolPath = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`

export interface Outcome {
  /** 128 when a signal ended it, 127 when it could not be started. */
  readonly code: number
  /** stdout and stderr as they came. */
  readonly output: string
}

const outputs = {
  nothing: ['pipe', 'pipe'],
  stderr: ['pipe', 'inherit'],
  all: ['inherit', 'inherit'],
} as const

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
  /** What goes to our own streams while it comes, instead of into `output`. */
  readonly show?: keyof typeof outputs
  /** For tidying up: an interruption does not stop it. */
  readonly uninterrupted?: boolean
}

/** Runs a program to its end. Rejects only when we are interrupted, never because of what it did. */
export async function run(
  program: string,
  args: readonly string[],
  { show = 'nothing', env, uninterrupted = false, ...rest }: RunOptions = {},
): Promise<Outcome> {
  const chunks: Buffer[] = []
  const child = spawn(program, args, {
    cwd: root,
    ...rest,
    env: { ...process.env, PATH: toolPath, ...env },
    stdio: ['ignore', ...outputs[show]],
    ...(uninterrupted ? {} : { signal: interrupted }),
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  }
  try {
    const [code]: unknown[] = await once(child, 'close')
    return { code: Number(code ?? 128), output: Buffer.concat(chunks).toString() }
  } catch (cause) {
    if (interrupted.aborted) throw interrupted.reason
    return { code: 127, output: `${program}: ${String(cause)}` }
  }
}
