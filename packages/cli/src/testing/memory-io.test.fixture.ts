import type { Io } from '../core/io.ts'
import { main } from '../core/main.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What somebody answers on the terminal; absent: there is no terminal. */
  readonly answer?: string
  readonly width?: number
  /** What the standard input holds. */
  readonly input?: string
}

/** Runs one command line in this process, with its own environment and nothing of the machine's. */
export async function chainloop(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const seen = { out: '', err: '' }
  const line = (text: string): void => {
    seen.err += `${text}\n`
  }
  const io: Io = {
    env: { HOME: '/nowhere', ...options.env },
    cwd: options.cwd ?? '/nowhere',
    print: (text) => {
      seen.out += text
    },
    info: line,
    warn: line,
    fail: (message, hint, see) => {
      line(`✗ ${message}`)
      if (hint !== undefined) line(`hint: ${hint}`)
      if (see !== undefined) line(`see: ${see}`)
    },
    status: null,
    width: options.width,
    color: false,
    input: async () => Buffer.from(options.input ?? ''),
    ask: async (question) => {
      line(question)
      return options.answer
    },
    askSecret: async (question) => {
      line(question)
      return options.answer
    },
  }
  const code = await main(args, io)
  return { code, ...seen }
}
