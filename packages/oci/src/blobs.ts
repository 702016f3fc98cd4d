import { Readable } from 'node:stream'

import { assertDigest, type Digest } from './digest.ts'
import { OciError } from './errors.ts'
import { scopeOf, type Repository } from './registry.ts'
import { asOciError, headerOf, type Answer } from './transport/send-once.ts'
import { verifyBytes } from './verify-bytes.ts'

export interface BlobDownload {
  /** Ends with `OciError` (mismatch, unavailable) instead of the last bytes when they are not what was asked for. */
  readonly body: Readable
  /** Of the body, when the registry says so. */
  readonly size: number | undefined
}

export interface Range {
  /** The first byte, from 0. */
  readonly start: number
  /** The last byte, included; default: to the end. */
  readonly end?: number
}

interface Options {
  /** What is cut out cannot be compared with the digest. */
  readonly range?: Range
  /** What the size has to be. */
  readonly size?: number
  /** False: the caller hashes what comes. */
  readonly verify?: boolean
  readonly signal?: AbortSignal
}

/** Distribution specification §Pulling blobs. Whoever gets the body reads or destroys it. Throws `OciError`. */
export async function getBlob(
  repository: Repository,
  digest: Digest,
  options: Options = {},
): Promise<BlobDownload> {
  const { range, signal, verify = true } = options
  const answer = await repository.registry.send({
    method: 'GET',
    path: blobPath(repository, digest),
    expected: range === undefined ? [200] : [206],
    scopes: [scopeOf(repository.name, 'pull')],
    headers: { 'accept-encoding': 'identity', ...rangeHeader(range) },
    signal,
  })
  const size = lengthOf(answer)
  await assertFitting(answer, digest, options)
  const chunks = named(answer.body, answer.url.host)
  const expected = { digest, size: options.size ?? size }
  const judged = verify && range === undefined ? verifyBytes(chunks, expected) : chunks
  return { body: Readable.from(judged, { objectMode: false }), size }
}

/** §Checking if content exists in the registry; undefined: it does not. */
export async function headBlob(
  repository: Repository,
  digest: Digest,
  signal?: AbortSignal,
): Promise<{ readonly size: number | undefined } | undefined> {
  const answer = await repository.registry.send({
    method: 'HEAD',
    path: blobPath(repository, digest),
    expected: [200, 404],
    scopes: [scopeOf(repository.name, 'pull')],
    signal,
  })
  await answer.discard()
  return answer.status === 404 ? undefined : { size: lengthOf(answer) }
}

/** §Deleting Blobs. False: there was none. */
export async function deleteBlob(
  repository: Repository,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const answer = await repository.registry.send({
    method: 'DELETE',
    path: blobPath(repository, digest),
    expected: [202, 404],
    scopes: [scopeOf(repository.name, 'delete')],
    signal,
  })
  await answer.discard()
  return answer.status === 202
}

function blobPath({ name }: Repository, digest: Digest): string {
  assertDigest(digest)
  return `${name}/blobs/${digest}`
}

function rangeHeader(range: Range | undefined): Record<string, string> {
  return range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` }
}

function lengthOf(answer: Answer): number | undefined {
  const length = headerOf(answer, 'content-length')
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}

async function assertFitting(
  answer: Answer,
  digest: Digest,
  { range, size }: Options,
): Promise<void> {
  const wrong = range ? wrongRange(range, answer) : wrongSize(size, lengthOf(answer))
  if (wrong === undefined) return
  await answer.discard()
  throw new OciError('mismatch', `${digest}: ${wrong}`)
}

function wrongSize(wanted: number | undefined, got: number | undefined): string | undefined {
  return wanted === undefined || got === undefined || wanted === got
    ? undefined
    : `the registry has ${got} bytes instead of ${wanted}`
}

function wrongRange({ start, end }: Range, answer: Answer): string | undefined {
  const got = /^bytes (\d+)-(\d+)\//.exec(headerOf(answer, 'content-range') ?? '')
  const fits =
    got !== null && Number(got[1]) === start && (end === undefined || Number(got[2]) <= end)
  return fits ? undefined : 'the registry sent another range'
}

async function* named(source: Readable, host: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) yield chunk as Uint8Array
  } catch (cause) {
    throw asOciError(cause, `${host} broke off`)
  }
}
