import type { IncomingMessage, ServerResponse } from 'node:http'

import { parseBearer } from '@chainloop/kit/bearer'
import { aborted, invalid } from '@chainloop/kit/errors'
import type { Route } from '@chainloop/kit/serve'

import { authenticate } from '../auth/transfer.ts'
import type { BlobInfo, Range } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import { type Digest, toDigest } from '../digest.ts'
import { findBlob, type Found } from '../downloads/find-blob.ts'
import { readBlob } from '../downloads/read-blob.ts'
import { within } from '../idle.ts'
import { safeFileName } from '../resource-name/resource-name.ts'
import { contentDisposition } from './content-disposition.ts'
import { parseRange } from './range.ts'

type Deps = Pick<Context, 'config' | 'events' | 'pool' | 'storage' | 'verifier'>

/** `GET /download/sha256:<hex>?t=<token>[&filename=<name>]`, or with the token as `Authorization: Bearer`. */
export function downloadRoute(ctx: Deps): Route {
  return {
    method: 'GET',
    path: '/download/:digest',
    async handle(req, res, params) {
      const digest = digestOf(params['digest'])
      const query = new URLSearchParams((req.url ?? '').split('?')[1])
      const token = parseBearer(req.headers.authorization) ?? query.get('t') ?? undefined
      const transfer = await authenticate(ctx.verifier, token, 'downloader')
      const found = await findBlob(ctx, transfer, digest)
      describe(res, found.info, query.get('filename') ?? undefined)
      await answer(ctx, { req, res, found })
    },
  }
}

function digestOf(param: string | undefined): Digest {
  const digest = param?.startsWith('sha256:') ? toDigest(param) : undefined
  if (!digest) throw invalid('the path is no sha256:<64 hex digits>', { reason: 'DIGEST_INVALID' })
  return digest
}

/** What browsers must not do with other people's bytes: run, sniff or cache them for others. */
function describe(
  res: ServerResponse,
  { digest, name }: BlobInfo,
  asked: string | undefined,
): void {
  res.setHeader('content-type', 'application/octet-stream')
  res.setHeader('content-disposition', contentDisposition(safeFileName(asked ?? '', name)))
  res.setHeader('etag', `"${digest}"`)
  res.setHeader('accept-ranges', 'bytes')
  res.setHeader('cache-control', 'private, no-cache')
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('content-security-policy', "sandbox; default-src 'none'")
}

interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly found: Found
}

async function answer(ctx: Deps, { req, res, found }: Exchange): Promise<void> {
  const { digest, size } = found.info
  if (listsTag(req.headers['if-none-match'], digest)) return void res.writeHead(304).end()
  const range = mayTakePart(req, digest) ? parseRange(req.headers.range, size) : undefined
  if (range === 'unsatisfiable') {
    return void res
      .writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 })
      .end()
  }
  const { start, end } = range ?? { start: 0, end: size }
  res.writeHead(range ? 206 : 200, {
    'content-length': end - start,
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
  })
  if (req.method === 'HEAD') return void res.end()
  await send(ctx, { res, found, range: { start, end } })
}

/** A part makes sense only of the blob that the client has the rest of (RFC 9110 §13.1.5). */
function mayTakePart({ headers }: IncomingMessage, digest: Digest): boolean {
  const ifRange = headers['if-range']
  return ifRange === undefined || ifRange === `"${digest}"`
}

function listsTag(header: string | undefined, digest: Digest): boolean {
  const tags = new Set((header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, '')))
  return tags.has('*') || tags.has(`"${digest}"`)
}

async function send(
  ctx: Deps,
  { res, found, range }: { res: ServerResponse; found: Found; range: Range },
): Promise<void> {
  for await (const block of readBlob(ctx, found, range)) {
    await within(written(res, block), ctx.config.idleTimeout, idle)
  }
  res.end()
}

/** Resolves when the block was taken and its memory may be used again; rejects when the client leaves before. */
function written(res: ServerResponse, block: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(aborted('the client is gone', { reason: 'CLIENT_GONE' }))
    if (res.destroyed) return leave()
    // A connection that closes may forget what it was to say about a write.
    res.once('close', leave)
    res.write(block, (cause) => {
      res.off('close', leave)
      if (cause) reject(cause)
      else resolve()
    })
  })
}

function idle(idleMs: number): Error {
  return aborted(`the client took no bytes for ${idleMs / 1000} s`, { reason: 'TRANSFER_IDLE' })
}
