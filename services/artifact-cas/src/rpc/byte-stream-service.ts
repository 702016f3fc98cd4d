import { invalid, notFound } from '@chainloop/kit/errors'
import { hangUp } from '@chainloop/kit/rpc/hang-up'
import type { ByteStream, WriteRequest } from '@chainloop/proto/google/bytestream/bytestream'
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect'

import type { Bytes, Range } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import { type Digest, toDigest } from '../digest.ts'
import { findBlob } from '../downloads/find-blob.ts'
import { readBlob } from '../downloads/read-blob.ts'
import { endWith } from '../end-with.ts'
import { alarm } from '../idle.ts'
import { parseUploadName } from '../resource-name/resource-name.ts'
import type { Progress } from '../uploads/progress.ts'
import { receiveBlob } from '../uploads/receive-blob.ts'
import { transferOf } from './gate.ts'

/** 256 KiB less the room that the message's framing takes in the writer's buffer. */
const MESSAGE_BYTES = 256 * 1024 - 64

type Deps = Pick<Context, 'config' | 'events' | 'pool' | 'receipts' | 'storage' | 'uploads'>

export function byteStreamService(ctx: Deps): ServiceImpl<typeof ByteStream> {
  return {
    async *read({ resourceName, readOffset, readLimit }, call) {
      const found = await findBlob(ctx, transferOf(call), digestOf(resourceName))
      const range = rangeOf(found.info.size, readOffset, readLimit)
      for await (const block of endWith(call.signal, readBlob(ctx, found, range))) {
        for (let at = 0; at < block.byteLength; at += MESSAGE_BYTES) {
          using _ = alarm(ctx.config.idleTimeout, () => hangUp(call))
          yield { data: block.subarray(at, at + MESSAGE_BYTES) }
        }
      }
    },

    async write(requests, call) {
      const transfer = transferOf(call)
      const { first, rest } = await split(requests)
      const blob = parseUploadName(first.resourceName)
      const key = `${transfer.id} ${first.resourceName}`
      const progress = ctx.uploads.start(key)
      try {
        const bytes = dataOf({ first, rest, progress })
        const committed = await receiveBlob(ctx, transfer, {
          blob,
          bytes,
          pace: ctx.config,
        })
        progress.committedBytes = blob.size ?? committed
        progress.complete = true
        return { committedSize: BigInt(committed) }
      } catch (cause) {
        ctx.uploads.forget(key)
        throw cause
      }
    },

    async queryWriteStatus({ resourceName }, call) {
      const progress = ctx.uploads.find(`${transferOf(call).id} ${resourceName}`)
      if (!progress) throw notFound('upload', resourceName)
      return { committedSize: BigInt(progress.committedBytes), complete: progress.complete }
    },
  }
}

function digestOf(resourceName: string): Digest {
  const digest = toDigest(resourceName)
  if (!digest)
    throw invalid('the resource name is no SHA-256 digest', { reason: 'RESOURCE_NAME_INVALID' })
  return digest
}

function rangeOf(size: number, offset: bigint, limit: bigint): Range {
  if (offset < 0n || offset > BigInt(size) || limit < 0n) {
    throw new ConnectError(`the blob has ${size} bytes`, Code.OutOfRange)
  }
  const start = Number(offset)
  const end = limit === 0n || limit > BigInt(size - start) ? size : start + Number(limit)
  return { start, end }
}

interface Requests {
  readonly first: WriteRequest
  readonly rest: AsyncIterator<WriteRequest>
}

async function split(requests: AsyncIterable<WriteRequest>): Promise<Requests> {
  const rest = requests[Symbol.asyncIterator]()
  const first = await rest.next()
  if (first.done) throw invalid('the stream is empty', { reason: 'RESOURCE_NAME_INVALID' })
  return { first: first.value, rest }
}

/** Ends with the message that says so, data included, or with the stream. */
async function* dataOf({ first, rest, progress }: Requests & { progress: Progress }): Bytes {
  let request: WriteRequest | undefined = first
  while (request) {
    assertContinues(request, first, progress.committedBytes)
    progress.committedBytes += request.data.byteLength
    const last = request.finishWrite
    yield request.data
    if (last) return
    const step: IteratorResult<WriteRequest> = await rest.next()
    request = step.done ? undefined : step.value
  }
}

function assertContinues(request: WriteRequest, first: WriteRequest, received: number): void {
  if (request.resourceName !== '' && request.resourceName !== first.resourceName) {
    throw invalid('the resource name changes in the middle of the stream', {
      reason: 'RESOURCE_NAME_INVALID',
    })
  }
  // Clients of the existing system leave the offset at 0 in every message.
  if (request.writeOffset !== 0n && request.writeOffset !== BigInt(received)) {
    throw invalid(
      `the write offset is ${request.writeOffset}, but ${received} bytes have arrived`,
      {
        reason: 'WRITE_OFFSET_INVALID',
      },
    )
  }
}
