import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  BuilderSchema,
  BuilderService,
  SetRequest,
} from '@chainloop/proto/builders/v1/builder_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import type { Builder } from '../trust-rules/builder.ts'
import { listBuilders } from '../trust-rules/list-builders.ts'
import { removeBuilder } from '../trust-rules/remove-builder.ts'
import { setBuilder, type SetBuilderInput } from '../trust-rules/set-builder.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

export function builderService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof BuilderService> {
  return {
    set: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        builder: message(await setBuilder(tx, actorOf(call), inputOf(req))),
      })),

    async list({ pagination }, call) {
      const page = cursorPage(pagination)
      const { items, nextCursor } = await listBuilders(ctx, actorOf(call), page)
      return { builders: items.map(message), pagination: { nextCursor } }
    },

    remove: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await removeBuilder(tx, actorOf(call), req)
        return {}
      }),
  }
}

function inputOf({ vouchedBy, builder, maxLevel }: SetRequest): SetBuilderInput {
  return {
    issuer: vouchedBy.case === 'issuer' ? vouchedBy.value : '',
    signerName: vouchedBy.case === 'signerName' ? vouchedBy.value : '',
    builder,
    maxLevel,
  }
}

function message(one: Builder): MessageInitShape<typeof BuilderSchema> {
  return {
    id: one.id,
    issuer: one.issuer,
    signerName: one.signer?.name ?? '',
    builder: one.builder,
    maxLevel: one.maxLevel,
    createdAt: timestampFromDate(one.createdAt),
  }
}
