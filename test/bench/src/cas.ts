import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, open, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'

import {
  type FakeControlPlane,
  startFakeControlPlane,
} from '@chainloop/artifact-cas/testing/fake-control-plane'
import { type CasProcess, startProcess } from '@chainloop/artifact-cas/testing/process'
import { temporaryDirectory } from '@chainloop/artifact-cas/testing/temporary-directory'
import { localFile } from '@chainloop/sdk/cas/local-file'
import { type Blob, uploadBlob } from '@chainloop/sdk/cas/upload'
import { createClient } from '@chainloop/sdk/client'

import type { Row } from './row.ts'

const MIB = 1 << 20
const SMALL_BYTES = 10 * MIB
const LARGE_BYTES = 1024 * MIB
const ROUNDS = 3
const BASELINE = 'hash a file, copy it, fsync'

/**
 * Speed of the CAS as a process of its own, with our client in this one, against hashing and copying the same file
 * here; and the most memory that it ever had resident. Each figure is the best of three, as noise only adds.
 */
export async function measureCas(): Promise<readonly Row[]> {
  const large = await measureSize(LARGE_BYTES)
  const small = await measureSize(SMALL_BYTES)
  const speed = (seconds: number) => ({ value: LARGE_BYTES / MIB / seconds, unit: 'MiB/s' })
  const baseline = {
    baseline: BASELINE,
    reference: speed(large.baseline),
    better: 'higher',
  } as const
  const note = `${ROUNDS} rounds, one transfer at a time, loopback, client and CAS on the same cores`
  return [
    { what: 'CAS upload, 1 GiB', measured: speed(large.upload), ...baseline, note },
    {
      what: 'CAS download, 1 GiB',
      measured: speed(large.download),
      ...baseline,
      note: 'the client hashes what it gets and drops it',
    },
    {
      what: 'CAS peak memory, 1 GiB',
      measured: { value: large.peakBytes / MIB, unit: 'MiB' },
      baseline: 'the same with 10 MiB',
      reference: { value: small.peakBytes / MIB, unit: 'MiB' },
      better: 'lower',
    },
  ]
}

interface Measured {
  /** Seconds. */
  readonly upload: number
  readonly download: number
  readonly baseline: number
  readonly peakBytes: number
}

/** One size, in a fresh process. */
async function measureSize(size: number): Promise<Measured> {
  await using directory = await temporaryDirectory()
  await using controlPlane = await startFakeControlPlane()
  await using cas = await startProcess({
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: join(directory.path, 'data'),
    CAS_API_PORT: '0',
    CAS_HTTP_PORT: '0',
    CAS_METRICS_PORT: '0',
  })
  const rounds: Omit<Measured, 'peakBytes'>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const file = await writeFile(join(directory.path, 'blob'), size, round)
    const blob = await localFile(file)
    const baseline = await seconds(() => hashAndCopy(file, join(directory.path, 'copy')))
    const upload = await seconds(() => sendBlob(cas, controlPlane, blob))
    const download = await seconds(() => fetchBlob(cas, controlPlane, blob))
    rounds.push({ upload, download, baseline })
  }
  const best = (figure: 'upload' | 'download' | 'baseline'): number =>
    Math.min(...rounds.map((round) => round[figure]))
  return {
    upload: best('upload'),
    download: best('download'),
    baseline: best('baseline'),
    peakBytes: await cas.peakResidentBytes(),
  }
}

async function sendBlob(
  cas: CasProcess,
  controlPlane: FakeControlPlane,
  blob: Blob,
): Promise<void> {
  const address = new URL(cas.addresses.api).host
  using client = createClient({
    controlPlane: address,
    artifactCas: address,
    insecure: true,
    token: '',
  })
  await uploadBlob(client, { token: await controlPlane.token(), blob })
}

async function fetchBlob(
  cas: CasProcess,
  controlPlane: FakeControlPlane,
  { digest }: Blob,
): Promise<void> {
  const token = await controlPlane.token({ role: 'downloader', digest })
  const request = get(`${cas.addresses.http}/download/${digest}?t=${token}`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const hash = createHash('sha256')
  for await (const chunk of response) hash.update(chunk as Uint8Array)
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Error(`downloaded ${found} instead of ${digest}`)
}

async function hashAndCopy(from: string, to: string): Promise<void> {
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafeSlow(MIB)
  await using source = await open(from)
  for (;;) {
    const { bytesRead } = await source.read(block)
    if (bytesRead === 0) break
    hash.update(block.subarray(0, bytesRead))
  }
  hash.digest()
  await copyFile(from, to)
  await using copy = await open(to, 'r+')
  await copy.sync()
  await rm(to)
}

/** Bytes that differ from round to round, already flushed, so that nobody pays for them later. */
async function writeFile(path: string, size: number, round: number): Promise<string> {
  await using file = await open(path, 'w')
  const block = Buffer.alloc(MIB, `round ${round} `)
  for (let at = 0; at < size; at += MIB) {
    block.writeUInt32BE(at / MIB)
    await file.write(block)
  }
  await file.sync()
  return path
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
