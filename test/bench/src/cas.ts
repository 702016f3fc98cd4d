import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, open, rm } from 'node:fs/promises'
import { get, type IncomingMessage, request } from 'node:http'
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
  const speed = (taken: number) => ({ value: LARGE_BYTES / MIB / taken, unit: 'MiB/s' })
  const baseline = {
    baseline: BASELINE,
    reference: speed(large.baseline),
    better: 'higher',
  } as const
  const note = `${ROUNDS} rounds, one transfer at a time, loopback, client and CAS on the same cores`
  return [
    { what: 'CAS upload over gRPC, 1 GiB', measured: speed(large.upload), ...baseline, note },
    {
      what: 'CAS upload over HTTP/1.1, 1 GiB',
      measured: speed(large.httpUpload),
      ...baseline,
      note,
    },
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
  readonly httpUpload: number
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
    const file = join(directory.path, 'blob')
    const other = await localFile(await writeFile(file, size, `http ${round} `))
    const httpUpload = await seconds(() => putBlob(cas, controlPlane, { blob: other, file }))
    const blob = await localFile(await writeFile(file, size, `grpc ${round} `))
    const baseline = await seconds(() => hashAndCopy(file, join(directory.path, 'copy')))
    const upload = await seconds(() => sendBlob(cas, controlPlane, blob))
    const download = await seconds(() => fetchBlob(cas, controlPlane, blob))
    rounds.push({ upload, httpUpload, download, baseline })
  }
  const best = (figure: keyof (typeof rounds)[number]): number =>
    Math.min(...rounds.map((round) => round[figure]))
  return {
    upload: best('upload'),
    httpUpload: best('httpUpload'),
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
  const download = get(`${cas.addresses.http}/download/${digest}?t=${token}`)
  const [response] = (await once(download, 'response')) as [IncomingMessage]
  const hash = createHash('sha256')
  for await (const chunk of response) hash.update(chunk as Uint8Array)
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw new Error(`downloaded ${found} instead of ${digest}`)
}

/** With a plain client: blocks of 1 MiB, each read while the previous one is written. */
async function putBlob(
  { addresses }: CasProcess,
  controlPlane: FakeControlPlane,
  { blob, file }: { blob: Blob; file: string },
): Promise<void> {
  const authorization = `Bearer ${await controlPlane.token()}`
  const opened = await fetch(`${addresses.http}/uploads?digest=${blob.digest}`, {
    method: 'POST',
    headers: { authorization, 'upload-length': String(blob.size) },
  })
  const location = opened.headers.get('location')
  if (location === null) throw new Error(`the CAS answered ${opened.status}`)
  const upload = request(`${addresses.http}${location}`, {
    method: 'PATCH',
    headers: { 'upload-offset': 0, 'content-length': blob.size },
  })
  const answered = once(upload, 'response')
  await using source = await open(file)
  const blocks = [0, 1].map(() => Buffer.allocUnsafeSlow(MIB))
  let written = Promise.resolve()
  for (let at = 0; at < blob.size; at += MIB) {
    const { bytesRead, buffer } = await source.read(blocks[(at / MIB) % 2] ?? Buffer.alloc(MIB))
    await written
    written = new Promise((resolve, reject) => {
      upload.write(buffer.subarray(0, bytesRead), (cause) => (cause ? reject(cause) : resolve()))
    })
  }
  await written
  upload.end()
  const [response] = (await answered) as [IncomingMessage]
  response.resume()
  if (response.statusCode !== 204) throw new Error(`the CAS answered ${response.statusCode}`)
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
async function writeFile(path: string, size: number, text: string): Promise<string> {
  await using file = await open(path, 'w')
  const block = Buffer.alloc(MIB, text)
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
