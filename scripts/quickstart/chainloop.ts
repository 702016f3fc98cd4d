import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { root } from '../lib/process.ts'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ChainloopOptions {
  /** The command line program, e.g. bin/chainloop. */
  readonly program: readonly string[]
  /** Where the servers are, and whose token to use; nothing else of our own environment that concerns Chainloop. */
  readonly env: Readonly<Record<string, string>>
  readonly onCommand: (line: string) => void
}

/** Runs one `chainloop` command and expects this exit code. */
export type Chainloop = (args: readonly string[], expectedCode?: number) => Promise<CommandResult>

export function createChainloop({ program, env, onCommand }: ChainloopOptions): Chainloop {
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('CHAINLOOP_'))
  return async (args, expectedCode = 0) => {
    onCommand(`$ chainloop ${args.map(quoted).join(' ')}`)
    const [file = '', ...prefix] = program
    const child = spawn(file, [...prefix, ...args], {
      cwd: root,
      env: { ...Object.fromEntries(foreign), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    if (code !== expectedCode) {
      throw new Error(
        `chainloop ${args[0]} ${args[1]} ended with exit code ${code}, not ${expectedCode}:\n${stdout}${stderr}`,
      )
    }
    return { code, stdout, stderr }
  }
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`
}
