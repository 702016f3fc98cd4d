import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import {
  type SharingSchema,
  type SharingService,
  SharingState,
} from '@chainloop/proto/referrers/v1/sharing_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import { endSharing, listSharings, requestSharing } from '../referrers/share-discovery.ts'
import type { Sharing } from '../referrers/sharing.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

const STATES = {
  requested: SharingState.REQUESTED,
  offered: SharingState.OFFERED,
  active: SharingState.ACTIVE,
} as const satisfies Record<Sharing['state'], SharingState>

export function sharingService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof SharingService> {
  return {
    request: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        sharing: message(await requestSharing(tx, actorOf(call), req)),
      })),

    async list({ pagination }, call) {
      const page = cursorPage(pagination)
      const { items, nextCursor } = await listSharings(ctx, actorOf(call), page)
      return { sharings: items.map(message), pagination: { nextCursor } }
    },

    end: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await endSharing(tx, actorOf(call), req)
        return {}
      }),
  }
}

function message({
  organizationId,
  organizationName,
  state,
  createdAt,
}: Sharing): MessageInitShape<typeof SharingSchema> {
  return {
    organizationId,
    organizationName,
    state: STATES[state],
    createdAt: timestampFromDate(createdAt),
  }
}
