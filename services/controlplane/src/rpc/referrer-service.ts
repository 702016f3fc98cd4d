import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { ReferrerItemSchema, ReferrerService } from '@chainloop/proto/controlplane/v1/referrer'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { discover } from '../referrers/discover.ts'
import type { Referrer } from '../referrers/referrer.ts'
import { actorOf } from './actor-key.ts'

export function referrerService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof ReferrerService> {
  return {
    async discoverPrivate({ pagination, ...req }, call) {
      const page = { cursor: pagination?.cursor ?? '', limit: pagination?.limit ?? 0 }
      const found = await discover(ctx, actorOf(call), { ...req, ...page })
      return {
        result: message(found.root, found.references),
        pagination: { nextCursor: found.nextCursor },
      }
    },
  }
}

function message(
  referrer: Referrer,
  references: readonly Referrer[] = [],
): MessageInitShape<typeof ReferrerItemSchema> {
  return {
    digest: referrer.digest,
    kind: referrer.kind,
    downloadable: referrer.downloadable,
    metadata: { ...referrer.metadata },
    annotations: { ...referrer.annotations },
    createdAt: timestampFromDate(referrer.createdAt),
    references: references.map((reference) => message(reference)),
  }
}
