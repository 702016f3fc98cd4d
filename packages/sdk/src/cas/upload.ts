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
}

export interface UploadOptions {
  /** Called with the bytes handed over so far, now and then. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** 256 KiB less the room that the message's other fields take in the writer's buffer. */
export const MESSAGE_BYTES = 256 * 1024 - 64

/**
 * Sends a blob to the CAS with the token of one transfer. The CAS checks digest and size before anything
 * is visible, and may answer before the end when it has the blob already. Memory: a few messages.
 */
export async function uploadBlob(
  client: Pick<Client, 'byteStream'>,
  upload: { readonly token: string; readonly blob: Blob },
  { onProgress, signal }: UploadOptions = {},
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
