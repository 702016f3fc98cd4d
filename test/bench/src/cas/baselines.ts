import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import type { Blob } from '@chainloop/sdk/cas/upload'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import { MIB } from './generated-blob.ts'
import { drain } from './transfers.ts'

/** What a single core hashes of a file that is in memory. */
export async function hashFile(path: string): Promise<void> {
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafeSlow(MIB)
  await using source = await open(path)
  for (;;) {
    const { bytesRead } = await source.read(block)
    if (bytesRead === 0) break
    hash.update(block.subarray(0, bytesRead))
  }
  hash.digest()
}

/** `dd` of a file that is in memory, flushed at its end. */
export async function copyWithDd(path: string, folder: string): Promise<void> {
  const to = join(folder, 'copy')
  const dd = spawn('dd', [`if=${path}`, `of=${to}`, 'bs=1M', 'conv=fsync'], { stdio: 'ignore' })
  const [code] = await once(dd, 'exit')
  if (code !== 0) throw new Error(`dd ended with ${code}`)
  await rm(to)
}

/** Flushes of one small file after the other. */
export async function fsyncsPerSecond(folder: string, count: number): Promise<number> {
  const block = Buffer.alloc(4096, 'x')
  const start = performance.now()
  for (let at = 0; at < count; at++) {
    const path = join(folder, `fsync-${at}`)
    await using file = await open(path, 'wx')
    await file.write(block)
    await file.sync()
  }
  const perSecond = count / ((performance.now() - start) / 1000)
  for (let at = 0; at < count; at++) await rm(join(folder, `fsync-${at}`))
  return perSecond
}

/** The same services as anybody would write them first; see `plain-server.ts`. */
export interface PlainServer extends AsyncDisposable {
  readonly downloadFile: (size: number) => Promise<void>
  readonly grpcUpload: (blob: Blob) => Promise<void>
  readonly grpcDownload: (size: number) => Promise<void>
}

export async function startPlainServer(file: string, folder: string): Promise<PlainServer> {
  const program = new URL('./plain-server.ts', import.meta.url).pathname
  const child = spawn(
    process.execPath,
    ['--conditions=chainloop-source', program, file, join(folder, 'plain-upload')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const { http, grpc } = await addressesOf(child)
  const transport = createGrpcTransport({ baseUrl: grpc })
  const client = createClient(ByteStream, transport)
  return {
    downloadFile: (size) => drain(http, size),
    async grpcUpload(blob) {
      await client.write(messages(blob))
    },
    async grpcDownload(size) {
      let received = 0
      for await (const { data } of client.read({ resourceName: 'file' }))
        received += data.byteLength
      if (received !== size) throw new Error(`${received} bytes came instead of ${size}`)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function addressesOf({ stdout }: ChildProcess): Promise<{ http: string; grpc: string }> {
  if (!stdout) throw new Error('the server has no stdout')
  for await (const line of createInterface(stdout)) return JSON.parse(line)
  throw new Error('the server said no addresses')
}

async function* messages(blob: Blob) {
  const step = 64 * 1024
  for await (const block of blob.open()) {
    for (let at = 0; at < block.byteLength; at += step)
      yield { data: block.subarray(at, at + step) }
  }
  yield { finishWrite: true }
}
