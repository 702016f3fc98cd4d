import { invalid } from '@chainloop/kit/errors'
import type { ResourceService } from '@chainloop/proto/cas/v1/resource'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { hexOf, toDigest } from '../digest.ts'
import { findBlob } from '../downloads/find-blob.ts'
import { transferOf } from './gate.ts'

export function resourceService(
  ctx: Pick<Context, 'storage'>,
): ServiceImpl<typeof ResourceService> {
  return {
    async describe(req, call) {
      const digest = toDigest(req.digest)
      if (!digest) throw invalid('the digest is no SHA-256 digest', { reason: 'DIGEST_INVALID' })
      const { info } = await findBlob(ctx, transferOf(call), digest)
      return {
        result: { fileName: info.name, digest: hexOf(info.digest), size: BigInt(info.size) },
      }
    },
  }
}
