import { randomUUID } from 'node:crypto'

import type { MessageInitShape } from '@bufbuild/protobuf'
import { hexOf, type Digest } from '@chainloop/attestation/digest'
import type { WriteRequestSchema } from '@chainloop/proto/google/bytestream/bytestream'

import type { Client } from '../client.ts'

/** Bytes that are known by their digest and can be read from the start as often as needed. */
export interface Blob {
  readonly name: string
  readonly digest: Digest
  readonly size: number
  open(): AsyncIterable<Uint8Array>
  /** From an offset on; each chunk is good only until the next is asked for. Absent: `open` and skip. */
  openAt?(offset: number): AsyncIterable<Uint8Array>
}

/** What the control plane gives for one upload. */
export interface Upload {
  /** Of one transfer. */
  readonly token: string
  readonly blob: Blob
  /** Where uploads over HTTP begin; empty or absent when the installation offers none. */
  readonly url?: string | undefined
}

export interface UploadOptions {
  /** Called with the bytes handed over so far, now and then. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** 256 KiB less the room that the message's other fields take in the writer's buffer. */
export const MESSAGE_BYTES = 256 * 1024 - 64

/** From here on a second request costs less than gRPC's framing. */
const HTTP_FROM_BYTES = 1 << 20

/**
 * Sends a blob to the CAS with the token of one transfer. The CAS checks digest and size before anything
 * is visible, and may answer before the end when it has the blob already. Big blobs go over HTTP/1.1, which is faster
 * and survives broken connections; over gRPC when the CAS is an older one, or its HTTP address cannot be reached from
 * here. Memory: a few messages.
 */
export async function uploadBlob(
  client: Pick<Client, 'byteStream' | 'ca'>,
  upload: Upload,
  options: UploadOptions = {},
): Promise<void> {
  const { url = '', blob } = upload
  if (url !== '' && blob.size >= HTTP_FROM_BYTES) {
    const { uploadOverHttp } = await import('./upload-over-http.ts')
    const target = { ...upload, url: new URL(url), ca: client.ca }
    if ((await uploadOverHttp(target, options)) === 'uploaded') return
  }
  await uploadOverGrpc(client, upload, options)
}

async function uploadOverGrpc(
  client: Pick<Client, 'byteStream'>,
  upload: Upload,
  { onProgress, signal }: UploadOptions,
): Promise<void> {
  const messages = writeRequests(upload.blob, onProgress)
  await client.byteStream(upload.token).write(messages, signal === undefined ? {} : { signal })
}

/** `uploads/{uuid}/blobs/{sha256 hex}/{size}/{percent-encoded file name}` */
export function uploadName({ name, digest, size }: Blob): string {
  return `uploads/${randomUUID()}/blobs/${hexOf(digest)}/${size}/${encodeURIComponent(name)}`
}

async function* writeRequests(
  blob: Blob,
  onProgress: UploadOptions['onProgress'],
): AsyncGenerator<MessageInitShape<typeof WriteRequestSchema>> {
  const resourceName = uploadName(blob)
  let offset = 0
  for await (const chunk of blob.open()) {
    for (let at = 0; at < chunk.byteLength; at += MESSAGE_BYTES) {
      const data = chunk.subarray(at, at + MESSAGE_BYTES)
      yield { resourceName, writeOffset: BigInt(offset), data }
      offset += data.byteLength
      onProgress?.(offset)
    }
  }
  yield { resourceName, writeOffset: BigInt(offset), finishWrite: true }
}
