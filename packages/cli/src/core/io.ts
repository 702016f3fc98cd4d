import { styleText } from 'node:util'

import { Refused } from './exit.ts'

/** The world outside: what a command reads and writes besides the installation. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Results. */
  print(text: string): void
  /** Everything else. */
  info(message: string): void
  warn(message: string): void
  /** `see` is a page of the documentation. */
  fail(message: string, hint: string | undefined, see: string | undefined): void
  /** Replaces one line on a terminal; null where there is none. */
  readonly status: ((line: string) => void) | null
  /** Columns of the terminal that results go to; undefined when it is not one. */
  readonly width: number | undefined
  readonly color: boolean
  /** All of the standard input. Rejects with `Refused` when there is more than that many bytes. */
  input(maxBytes: number): Promise<Uint8Array>
  /** Asks a question on the terminal. Undefined: there is nobody to ask. */
  ask(question: string): Promise<string | undefined>
  /** The same, without showing what is typed. */
  askSecret(question: string): Promise<string | undefined>
}

export function processIo(): Io {
  const { stdout, stderr, stdin } = process
  const mark = (color: 'yellow' | 'red' | 'bold', sign: string): string =>
    styleText(color, sign, { stream: stderr })
  return {
    env: process.env,
    cwd: process.cwd(),
    print: (value) => {
      stdout.write(value)
    },
    info: (message) => {
      stderr.write(`${message}\n`)
    },
    warn: (message) => {
      stderr.write(`${mark('yellow', '!')} ${message}\n`)
    },
    fail: (message, hint, see) => {
      stderr.write(`${mark('red', '✗')} ${message}\n`)
      if (hint !== undefined) stderr.write(`${mark('bold', 'hint:')} ${hint}\n`)
      if (see !== undefined) stderr.write(`${mark('bold', 'see:')} ${see}\n`)
    },
    status: stderr.isTTY
      ? (line) => {
          stderr.write(`\r\u{1b}[2K${line}`)
        }
      : null,
    width: stdout.isTTY ? stdout.columns : undefined,
    color: stdout.isTTY && stdout.hasColors() && !process.env['NO_COLOR'],
    input: (maxBytes) => readAll(stdin, maxBytes),
    ask: async (question) => {
      if (!stdin.isTTY || !stderr.isTTY) return undefined
      const { createInterface } = await import('node:readline/promises')
      using prompt = createInterface({ input: stdin, output: stderr })
      return prompt.question(question)
    },
    askSecret: async (question) => {
      if (!stdin.isTTY || !stderr.isTTY) return undefined
      const { createInterface } = await import('node:readline/promises')
      const { Writable } = await import('node:stream')
      const output = new Writable({ write: (_chunk, _encoding, done) => done() })
      stderr.write(question)
      using prompt = createInterface({ input: stdin, output, terminal: true })
      const answer = await prompt.question('')
      stderr.write('\n')
      return answer
    },
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) throw new Refused(`the standard input has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
