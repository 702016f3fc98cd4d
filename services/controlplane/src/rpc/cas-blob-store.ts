import { createHash, randomUUID } from 'node:crypto'

import { type MessageInitShape } from '@bufbuild/protobuf'
import { ByteStream, type WriteRequestSchema } from '@chainloop/proto/google/bytestream/bytestream'
import { type Client, createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'

import type { Blob, BlobStore } from '../attestations/blob-store.ts'
import { BlobUnreadable } from '../attestations/blob-store.ts'
import { issueTransferToken } from '../cas-credentials/transfer-token.ts'
import type { Context } from '../context.ts'

/** A blob of ten gigabytes takes a few minutes; nothing takes longer than this. */
const READ_TIMEOUT_MS = 10 * 60_000
const WRITE_TIMEOUT_MS = 60_000
const CHUNK_BYTES = 1 << 20

/** The artifact CAS over its HTTP/1.1 listener, with a transfer token for each blob. */
export function casBlobStore(ctx: Pick<Context, 'tokens' | 'config'>): BlobStore {
  const baseUrl = ctx.config.casInternalUrl
  if (baseUrl === undefined) return unreachable
  const client = createClient(ByteStream, createConnectTransport({ baseUrl, httpVersion: '1.1' }))
  return {
    read: (blob) => read(ctx, baseUrl, blob),
    write: (blob, bytes) => write(ctx, client, { blob, bytes }),
  }
}

const NO_ADDRESS = 'the address of the artifact CAS is not configured (CAS_INTERNAL_URL)'

const unreachable: BlobStore = {
  // eslint-disable-next-line eslint/require-yield -- there is nothing to give
  async *read() {
    throw new BlobUnreadable(NO_ADDRESS)
  },
  write: () => Promise.reject(new BlobUnreadable(NO_ADDRESS)),
}

async function* read(
  { tokens }: Pick<Context, 'tokens'>,
  baseUrl: string,
  blob: Blob,
): AsyncIterable<Uint8Array> {
  const token = await issueTransferToken(tokens, { ...blob, role: 'downloader' })
  const response = await fetchBlob(new URL(`/download/${blob.digest}`, baseUrl), token)
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunksOf(response)) {
    size += chunk.length
    if (size > blob.size) throw new BlobUnreadable(`it has more than ${blob.size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (size !== blob.size) throw new BlobUnreadable(`it has ${size} bytes, not ${blob.size}`)
  if (`sha256:${hash.digest('hex')}` !== blob.digest) {
    throw new BlobUnreadable('its bytes are not those of the digest')
  }
}

async function fetchBlob(url: URL, token: string): Promise<Response> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new BlobUnreadable(`the artifact CAS answers ${response.status}`)
  } catch (cause) {
    if (cause instanceof BlobUnreadable) throw cause
    throw new BlobUnreadable(`the artifact CAS at ${url.origin} cannot be reached`, { cause })
  }
}

async function* chunksOf({ body }: Response): AsyncIterable<Uint8Array> {
  try {
    if (body) yield* body
  } catch (cause) {
    throw new BlobUnreadable('the artifact CAS broke off', { cause })
  }
}

async function write(
  { tokens }: Pick<Context, 'tokens'>,
  client: Client<typeof ByteStream>,
  { blob, bytes }: { readonly blob: Parameters<BlobStore['write']>[0]; readonly bytes: Uint8Array },
): Promise<void> {
  const token = await issueTransferToken(tokens, { ...blob, role: 'uploader' })
  await client.write(chunks(blob, bytes), {
    headers: { authorization: `Bearer ${token}` },
    timeoutMs: WRITE_TIMEOUT_MS,
  })
}

async function* chunks(
  { digest, size, fileName }: Parameters<BlobStore['write']>[0],
  bytes: Uint8Array,
): AsyncIterable<MessageInitShape<typeof WriteRequestSchema>> {
  const hex = digest.slice('sha256:'.length)
  const resourceName = `uploads/${randomUUID()}/blobs/${hex}/${size}/${encodeURIComponent(fileName)}`
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    const data = new Uint8Array(bytes.subarray(offset, offset + CHUNK_BYTES))
    const finishWrite = offset + CHUNK_BYTES >= bytes.length
    yield { resourceName, writeOffset: BigInt(offset), data, finishWrite }
  }
}
