import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { ReferrerItemSchema, ReferrerService } from '@chainloop/proto/controlplane/v1/referrer'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { discover } from '../referrers/discover.ts'
import type { ReferrerTree } from '../referrers/graph-walk.ts'
import { actorOf } from './actor-key.ts'

export function referrerService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof ReferrerService> {
  return {
    async discoverPrivate({ pagination, ...req }, call) {
      const page = { cursor: pagination?.cursor ?? '', limit: pagination?.limit ?? 0 }
      const { root, nextCursor } = await discover(ctx, actorOf(call), { ...req, ...page })
      return { result: message(root), pagination: { nextCursor } }
    },
  }
}

function message(node: ReferrerTree): MessageInitShape<typeof ReferrerItemSchema> {
  return {
    digest: node.digest,
    kind: node.kind,
    downloadable: node.downloadable,
    metadata: { ...node.metadata },
    annotations: { ...node.annotations },
    createdAt: timestampFromDate(node.createdAt),
    references: node.references.map(message),
    organization: node.sharedBy,
    hasMore: node.hasMore,
  }
}
