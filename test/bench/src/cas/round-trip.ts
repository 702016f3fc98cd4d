import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Account } from '@chainloop/e2e/world/account'

import type { Row } from '../row.ts'
import { withWorld } from '../worlds.ts'
import { startCas } from './cas-under-test.ts'
import { generatedBlob, MIB } from './generated-blob.ts'
import { download, upload } from './transfers.ts'

const GIB = Number(process.env['CHAINLOOP_BENCH_GIB'] ?? 1)
const SIZE = GIB * 1024 * MIB

/**
 * One file of `CHAINLOOP_BENCH_GIB` (default 1) up and down: through the command line tool and standalone, and through a
 * CAS of its own. What each program ever had resident at most. Needs twice its size on the disk.
 */
export async function measureRoundTrip(): Promise<readonly Row[]> {
  return [...(await throughStandalone()), await throughCas()]
}

const row = (what: string, bytes: number, [limit, allowed]: readonly [string, number]): Row => ({
  what: `${what}, ${GIB} GiB up and down`,
  measured: { value: bytes / MIB, unit: 'MiB' },
  baseline: limit,
  reference: { value: allowed / MIB, unit: 'MiB' },
  better: 'lower',
})

const MB = 1_000_000
const LIMIT = ['the limit of 250 MB', 250 * MB] as const

async function throughCas(): Promise<Row> {
  await using cas = await startCas()
  const blob = await generatedBlob('round trip', SIZE)
  await upload(cas, blob)
  await download(cas, blob)
  return row('CAS peak memory', await cas.process.peakResidentBytes(), LIMIT)
}

function throughStandalone(): Promise<readonly Row[]> {
  return withWorld({}, async ({ world, declared, folder }) => {
    const [from, to] = [join(folder, 'big'), join(folder, 'again')]
    await using file = await open(from, 'w')
    // Zeros that take no room, but for the end.
    await file.write('the end', SIZE - 7)
    const idle = await memoryOf(world.program.pid, 'VmRSS')
    const { operator } = world
    const put = ['artifact', 'upload', '--project', declared.project, '--file', from]
    const sent = await peakOf(operator, [...put, '--output', 'json'])
    const { digest } = JSON.parse(sent.output) as { digest: string }
    const got = await peakOf(operator, ['artifact', 'download', '--digest', digest, '--file', to])
    if ((await stat(to)).size !== SIZE) throw new Error('what came back has another size')
    await rm(to)
    const above = (await memoryOf(world.program.pid, 'VmHWM')) - idle
    return [
      row('CLI peak memory, upload', sent.bytes, LIMIT),
      row('CLI peak memory, download', got.bytes, LIMIT),
      row('standalone above idle', above, ['the limit of 150 MB', 150 * MB]),
    ]
  })
}

/** Runs the bundled command line tool; the most that it had resident as it was last seen. */
async function peakOf(
  { env }: Account,
  args: readonly string[],
): Promise<{ bytes: number; output: string }> {
  const cli = process.env['CHAINLOOP_BENCH_CLI'] ?? ''
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
  const ended = once(child, 'close')
  const bytes = await watch(child)
  const [code] = await ended
  if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} ended with ${code}`)
  return { bytes, output: Buffer.concat(printed).toString() }
}

async function watch(child: ChildProcess): Promise<number> {
  let bytes = 0
  while (child.exitCode === null && child.signalCode === null) {
    bytes = Math.max(bytes, await memoryOf(child.pid, 'VmHWM').catch(() => 0))
    await sleep(50)
  }
  return bytes
}

async function memoryOf(pid: number | undefined, line: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
}
