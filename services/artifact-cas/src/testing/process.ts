import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

import type { ArtifactCas } from '../artifact-cas.ts'

/** The CAS as a process of its own. */
export interface CasProcess extends AsyncDisposable {
  readonly addresses: ArtifactCas['addresses']
  /** As a crash: nothing is cleaned up. */
  kill(): Promise<void>
  /** As an orchestrator: resolves with the exit code. */
  terminate(): Promise<number | null>
  /** Bytes that it ever had resident at most. */
  peakResidentBytes(): Promise<number>
  /** Bytes that it has resident now. */
  residentBytes(): Promise<number>
}

export interface ProcessOptions {
  /** No file can grow beyond it. */
  readonly maxFileBytes?: number
  /** Default: `main.ts` of the sources. */
  readonly program?: string
}

/** Runs the program with exactly this environment. */
export async function startProcess(
  env: Readonly<Record<string, string>>,
  { maxFileBytes, program = new URL('../main.ts', import.meta.url).pathname }: ProcessOptions = {},
): Promise<CasProcess> {
  const limit = maxFileBytes === undefined ? '' : `ulimit -f ${maxFileBytes / 512};`
  const command = [
    '-c',
    `${limit} exec "$0" ${program.endsWith('.ts') ? '--conditions=chainloop-source' : ''} "$1"`,
    process.execPath,
    program,
  ]
  const child = spawn('sh', command, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const exited = once(child, 'exit')
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal)
    await exited
    return child.exitCode
  }
  const addresses = await Promise.race([listening(child), exited.then(died)])
  return {
    addresses,
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
    peakResidentBytes: () => memoryOf(child, /VmHWM:\s+(\d+) kB/),
    residentBytes: () => memoryOf(child, /VmRSS:\s+(\d+) kB/),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

async function memoryOf(
  { pid, exitCode, signalCode }: ChildProcess,
  line: RegExp,
): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = line.exec(status)?.[1]
  // What has ended has no memory to tell of.
  if (kilobytes === undefined) throw new Error(`the process ended: ${signalCode ?? exitCode}`)
  return Number(kilobytes) * 1024
}

/** From the line that says so in its log; other lines are passed on. */
async function listening(child: ChildProcess): Promise<ArtifactCas['addresses']> {
  if (!child.stderr) throw new Error('the process has no stderr')
  const lines = createInterface(child.stderr)
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const { msg, addresses } = parseLine(line)
      if (msg === 'listening') resolve(addresses)
      else if (!msg?.startsWith('call')) process.stderr.write(`${line}\n`)
    })
  })
}

function parseLine(line: string): { msg?: string; addresses: ArtifactCas['addresses'] } {
  try {
    return JSON.parse(line)
  } catch {
    return { addresses: { api: '', http: '', metrics: '' } }
  }
}

function died(): never {
  throw new Error('the process ended before it was listening')
}
