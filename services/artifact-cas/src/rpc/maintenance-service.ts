import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { invalid, unimplemented } from '@chainloop/kit/errors'
import {
  BlobCondition,
  type ListResponse_BlobSchema,
  type ListResponseSchema,
  type MaintenanceService,
} from '@chainloop/proto/internal/v1/maintenance_service'
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect'

import { authenticate } from '../auth/transfer.ts'
import type { ListedBlob } from '../backends/backend.ts'
import type { Context } from '../context.ts'
import { type Digest, toDigest } from '../digest.ts'
import { BlobDamaged } from '../downloads/read-blob.ts'
import { copyBlob } from '../maintenance/copy-blob.ts'
import { probeBackend } from '../maintenance/probe-backend.ts'
import { type Verdict, verifyBlob } from '../maintenance/verify-blob.ts'
import { transferOf } from './gate.ts'

type Deps = Pick<Context, 'pool' | 'storage' | 'verifier'>

const CONDITION = {
  sound: BlobCondition.SOUND,
  missing: BlobCondition.MISSING,
  rotten: BlobCondition.ROTTEN,
} as const satisfies Record<Verdict['condition'], BlobCondition>

export function maintenanceService(ctx: Deps): ServiceImpl<typeof MaintenanceService> {
  const { storage } = ctx
  return {
    async probe(_req, call) {
      await probeBackend(() => storage.open(transferOf(call)))
      return {}
    },
    async copy({ sourceToken, digest }, call) {
      const source = await authenticate(ctx.verifier, sourceToken, 'maintainer')
      const { size, existed } = await copyBlob(ctx, {
        source,
        target: transferOf(call),
        digest: digestOf(digest),
        signal: call.signal,
      }).catch(damageIsLoss)
      return { size: BigInt(size), existed }
    },
    async verify({ digest, bytesPerSecond }, call) {
      const backend = await storage.open(transferOf(call))
      const pace = { bytesPerSecond: Number(bytesPerSecond), signal: call.signal }
      const { condition, size, detail } = await verifyBlob(
        ctx,
        { backend, digest: digestOf(digest) },
        pace,
      )
      return { condition: CONDITION[condition], size: BigInt(size), detail }
    },
    async remove({ digest }, call) {
      const backend = await storage.open(transferOf(call))
      if (!backend.remove) throw cannot('remove')
      await backend.remove(digestOf(digest))
      return {}
    },
    async *list(_req, call) {
      const backend = await storage.open(transferOf(call))
      if (!backend.list) throw cannot('list')
      yield* pages(backend.list())
    },
  }
}

function damageIsLoss(cause: unknown): never {
  if (cause instanceof BlobDamaged) throw new ConnectError(cause.message, Code.DataLoss)
  throw cause
}

const PAGE = 500

async function* pages(
  blobs: AsyncIterable<ListedBlob>,
): AsyncGenerator<MessageInitShape<typeof ListResponseSchema>> {
  let page: MessageInitShape<typeof ListResponse_BlobSchema>[] = []
  for await (const { digest, size, storedAt } of blobs) {
    page.push({ digest, size: BigInt(size), storedAt: timestampFromDate(storedAt) })
    if (page.length < PAGE) continue
    yield { blobs: page }
    page = []
  }
  yield { blobs: page }
}

function digestOf(value: string): Digest {
  const digest = toDigest(value)
  if (!digest) throw invalid('the digest is no SHA-256 digest', { reason: 'DIGEST_INVALID' })
  return digest
}

function cannot(what: string): Error {
  return unimplemented(`this storage cannot ${what} blobs`, { reason: 'STORAGE_CANNOT' })
}
