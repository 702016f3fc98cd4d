import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import type { Env } from './environment.ts'
import { repository } from './folder.ts'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Env
}

/** What to execute for a command of the bundled tool. */
export function chainloopCommand(args: readonly string[]): readonly string[] {
  const prepared = process.env['CHAINLOOP_E2E']
  const folder = prepared ? join(prepared, 'cli') : join(repository, 'packages', 'cli', 'dist')
  return [process.execPath, join(folder, 'chainloop.mjs'), ...args]
}

/** Runs a command of the bundled tool to its end, with these variables and no others. */
export async function runChainloop(
  args: readonly string[],
  { cwd = repository, env = {} }: CommandOptions,
): Promise<CommandResult> {
  const [program = '', ...rest] = chainloopCommand(args)
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ])
  return { code: typeof code === 'number' ? code : 128, stdout, stderr }
}
