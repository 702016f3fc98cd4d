import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

import { Code, ConnectError } from '@connectrpc/connect'

import { backOff } from '../connection/retry.ts'
import { httpExchange, HttpUnavailable } from '../http/request.ts'
import { sendBody } from '../http/send-body.ts'
import { refusalOf } from './upload-refusal.ts'
import type { Blob, UploadOptions } from './upload.ts'

export interface HttpUpload {
  /** Where uploads begin. */
  readonly url: URL
  readonly ca: string | undefined
  readonly token: string
  readonly blob: Blob
}

/** `unsupported`: nothing was sent, as nobody there knows uploads over HTTP. */
export type HttpUploadOutcome = 'uploaded' | 'unsupported'

/**
 * Sends a blob in as many requests as the connection needs, each going on where the CAS says that it is. Throws
 * `ConnectError`, as gRPC would: `unavailable` when the CAS has forgotten the upload, which must start again then, with a
 * new token.
 */
export async function uploadOverHttp(
  upload: HttpUpload,
  options: UploadOptions = {},
): Promise<HttpUploadOutcome> {
  const opened = await begin(upload, options)
  if (opened === undefined) return 'unsupported'
  await sendAll({ ...upload, url: opened.location }, opened.state, options)
  options.onProgress?.(upload.blob.size)
  return 'uploaded'
}

interface State {
  readonly offset: number
  readonly complete: boolean
}

interface Opened {
  readonly location: URL
  readonly state: State
}

/** What CASes without uploads over HTTP answer, and what stands before them. */
const UNSUPPORTED = new Set([404, 405, 501])
const BEGIN_TIMEOUT_MS = 10_000

async function begin(
  { url, ca, token, blob }: HttpUpload,
  { signal }: UploadOptions,
): Promise<Opened | undefined> {
  const target = new URL(url)
  target.searchParams.set('digest', blob.digest)
  target.searchParams.set('filename', blob.name)
  const headers = { authorization: `Bearer ${token}`, 'upload-length': String(blob.size) }
  try {
    const response = await httpExchange(target, {
      method: 'POST',
      headers,
      ca,
      signal,
      idleTimeoutMs: BEGIN_TIMEOUT_MS,
    })
    const { statusCode = 0, headers: answer } = response
    if (UNSUPPORTED.has(statusCode)) return void response.resume()
    const state = await stateIn(response, [201])
    return { location: new URL(answer.location ?? '', url), state }
  } catch (cause) {
    if (cause instanceof HttpUnavailable) return undefined
    throw cause
  }
}

/** How often in a row a connection may break without a byte of progress. */
const MAX_RESUMES = 5

async function sendAll(upload: HttpUpload, opened: State, options: UploadOptions): Promise<void> {
  let state = opened
  for (let failures = 0; !state.complete;) {
    const before = state.offset
    try {
      state = await sendRest(upload, state.offset, options)
    } catch (cause) {
      if (!isBroken(cause) || options.signal?.aborted === true) throw cause
      state = await whereItIs(upload, options)
      failures = state.offset > before ? 1 : failures + 1
      if (failures > MAX_RESUMES) throw cause
      await sleep(backOff(failures), undefined, { signal: options.signal })
    }
  }
}

async function sendRest(
  { url, ca, blob }: HttpUpload,
  offset: number,
  { onProgress, signal }: UploadOptions,
): Promise<State> {
  const response = await sendBody(url, {
    ca,
    signal,
    headers: { 'upload-offset': String(offset), 'content-length': String(blob.size - offset) },
    body: bytesFrom(blob, offset),
    onProgress: (sent) => onProgress?.(offset + sent),
  })
  return stateIn(response, [204])
}

/** Asks until somebody answers: a server that is started again takes a moment. */
async function whereItIs({ url, ca }: HttpUpload, { signal }: UploadOptions): Promise<State> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await stateIn(await httpExchange(url, { method: 'HEAD', ca, signal }), [200])
    } catch (cause) {
      if (!isBroken(cause) || signal?.aborted === true) throw cause
      if (attempt > MAX_RESUMES) throw new ConnectError(messageOf(cause), Code.Unavailable)
      await sleep(backOff(attempt), undefined, { signal })
    }
  }
}

async function stateIn(response: IncomingMessage, expected: readonly number[]): Promise<State> {
  const { statusCode = 0, headers } = response
  if (!expected.includes(statusCode)) throw await refusalOf(response)
  response.resume()
  const offset = Number(headers['upload-offset'] ?? Number.NaN)
  if (!Number.isSafeInteger(offset)) throw new ConnectError('the CAS says no offset', Code.Internal)
  return { offset, complete: headers['upload-complete'] === '?1' }
}

/** A connection that broke, or a request that has to go on elsewhere in the blob. */
function isBroken(cause: unknown): boolean {
  if (cause instanceof HttpUnavailable) return true
  return cause instanceof ConnectError && cause.code === Code.Aborted
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Exactly the rest: a request says first how long it will be. Throws when there are fewer or more bytes. */
async function* bytesFrom(blob: Blob, offset: number): AsyncGenerator<Uint8Array> {
  let left = blob.size - offset
  for await (const chunk of blob.openAt?.(offset) ?? skip(blob.open(), offset)) {
    left -= chunk.byteLength
    if (left < 0) break
    yield chunk
  }
  if (left !== 0) {
    throw new ConnectError(`${blob.name} has changed while it was read`, Code.FailedPrecondition)
  }
}

async function* skip(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of bytes) {
    if (left < chunk.byteLength) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.byteLength)
  }
}
