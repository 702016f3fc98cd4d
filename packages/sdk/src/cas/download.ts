import { createHash, randomUUID, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { hexOf, isDigest, type Digest } from '@chainloop/attestation/digest'

import type { Client } from '../client.ts'
import { backOff } from '../connection/retry.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { httpExchange, HttpUnavailable, readBody } from '../http/request.ts'
import { fileNameOf } from './content-disposition.ts'

export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed'
}

export interface DownloadOptions {
  /** Path of the file; wins over `directory`. */
  readonly file?: string | undefined
  /** Where the file goes, under the name that it was uploaded with. Default: the working directory. */
  readonly directory?: string | undefined
  /** Replace a file that is there already. */
  readonly overwrite?: boolean | undefined
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** How many broken connections in a row are taken up again. Default: 5. */
  readonly maxResumes?: number | undefined
}

export interface Downloaded {
  readonly path: string
  readonly name: string
  readonly digest: Digest
  readonly size: number
}

/**
 * Fetches an artifact over HTTP into a temporary file next to its place, hashing what passes, and renames
 * it only when the digest is right. A broken connection is continued where it stopped.
 */
export async function downloadArtifact(
  client: Pick<Client, 'casRedirect' | 'ca'>,
  digest: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const wanted = digestOf(digest)
  const directory = resolve(
    options.file === undefined ? (options.directory ?? '.') : dirname(options.file),
  )
  await mkdir(directory, { recursive: true })
  const partial = join(directory, `.${hexOf(wanted)}.${randomUUID()}.partial`)
  try {
    const { name, size } = await receiveFile(client, wanted, { ...options, partial })
    const path = options.file === undefined ? join(directory, name) : resolve(options.file)
    await place(partial, path, options.overwrite ?? options.file !== undefined)
    return { path, name, digest: wanted, size }
  } finally {
    await rm(partial, { force: true })
  }
}

function digestOf(typed: string): Digest {
  const digest = typed.startsWith('sha256:') ? typed : `sha256:${typed}`
  if (isDigest(digest)) return digest
  throw new DownloadFailed(`${JSON.stringify(typed)} is not a digest: sha256: and 64 hex digits`)
}

async function receiveFile(
  client: Pick<Client, 'casRedirect' | 'ca'>,
  digest: Digest,
  options: DownloadOptions & { readonly partial: string },
): Promise<{ name: string; size: number }> {
  await using file = await open(options.partial, 'wx', 0o644)
  const received = await receive(client, digest, {
    ...options,
    sink: (chunk) => writeAll(file, chunk),
  })
  await file.sync()
  return received
}

async function place(from: string, to: string, overwrite: boolean): Promise<void> {
  if (!overwrite) {
    try {
      await using _reserved = await open(to, 'wx')
    } catch (cause) {
      throw new DownloadFailed(`${to} exists already`, { cause })
    }
  }
  await rename(from, to)
}

/**
 * Fetches an artifact into a stream, for pipes. What has passed cannot be taken back: when the digest turns
 * out to be wrong it rejects at the end.
 */
export async function downloadToStream(
  client: Pick<Client, 'casRedirect' | 'ca'>,
  digest: string,
  stream: Writable,
): Promise<Downloaded> {
  const wanted = digestOf(digest)
  const sink: Sink = async (chunk) => {
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
  const { name, size } = await receive(client, wanted, { sink })
  return { path: '', name, digest: wanted, size }
}

/** Takes a chunk; resolves when it may be forgotten. */
type Sink = (chunk: Uint8Array) => Promise<void>
type ReceiveOptions = DownloadOptions & { readonly sink: Sink }

async function receive(
  client: Pick<Client, 'casRedirect' | 'ca'>,
  digest: Digest,
  options: ReceiveOptions,
): Promise<{ name: string; size: number }> {
  const progress: Progress = { received: 0, hash: createHash('sha256'), name: hexOf(digest) }
  const { maxResumes = 5 } = options
  for (let failures = 0; ;) {
    const before = progress.received
    try {
      const url = await urlOf(client, digest)
      await receiveRest(progress, { ...options, url, ca: client.ca })
      break
    } catch (cause) {
      if (!isBroken(cause) || options.signal?.aborted === true) throw cause
      failures = progress.received > before ? 1 : failures + 1
      if (failures > maxResumes) throw cause
      await sleep(backOff(failures))
    }
  }
  const found: Digest = `sha256:${progress.hash.digest('hex')}`
  if (found !== digest) throw new DownloadFailed(`the store sent ${found} instead of ${digest}`)
  return { name: progress.name, size: progress.received }
}

interface Progress {
  received: number
  readonly hash: Hash
  name: string
}

async function urlOf(client: Pick<Client, 'casRedirect'>, digest: Digest): Promise<URL> {
  const { result } = await client.casRedirect.getDownloadURL({ digest })
  return new URL(answered(result, 'a URL').url)
}

interface Request extends ReceiveOptions {
  readonly url: URL
  readonly ca: string | undefined
}

async function receiveRest(progress: Progress, request: Request): Promise<void> {
  const { url, ca, signal, onProgress, sink } = request
  const from = progress.received
  const response = await httpExchange(url, {
    ca,
    signal,
    headers: from === 0 ? {} : { range: `bytes=${from}-` },
  })
  const total = await expectedSize(response, from)
  progress.name = fileNameOf(response.headers['content-disposition']) ?? progress.name

  for await (const chunk of response) {
    progress.hash.update(chunk)
    await sink(chunk)
    progress.received += chunk.byteLength
    onProgress?.(progress.received, total)
  }
  if (total !== undefined && progress.received < total) {
    throw new HttpUnavailable(`${url.host} stopped after ${progress.received} of ${total} bytes`)
  }
}

/** Checks that the answer is the asked part of the artifact. */
async function expectedSize(response: IncomingMessage, from: number): Promise<number | undefined> {
  const { statusCode = 0, headers } = response
  if (statusCode === 200 && from === 0) return numberIn(headers['content-length'])

  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '')
  if (statusCode === 206 && range?.[1] === String(from)) return numberIn(range[2])
  throw await failureOf(response, statusCode)
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

async function failureOf(response: IncomingMessage, status: number): Promise<Error> {
  if (status >= 500) return new HttpUnavailable(`the store answered with status ${status}`)
  if (status >= 300) return new DownloadFailed(await describe(response))
  response.destroy()
  return new DownloadFailed('the store does not continue downloads')
}

async function describe(response: IncomingMessage): Promise<string> {
  const said = `the store answered with status ${response.statusCode}`
  try {
    const text = (await readBody(response, 64 << 10)).toString('utf8').trim().slice(0, 500)
    return text === '' ? said : `${said}: ${text}`
  } catch {
    return said
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, at)
    at += bytesWritten
  }
}

function isBroken(cause: unknown): boolean {
  if (cause instanceof HttpUnavailable) return true
  const { code } = (cause ?? {}) as { code?: unknown }
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
}
