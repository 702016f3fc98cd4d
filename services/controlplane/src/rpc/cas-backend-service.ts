import type { JsonObject as ProtoJson } from '@bufbuild/protobuf'
import type { CASBackendService } from '@chainloop/proto/controlplane/v1/cas_backends'
import type { ServiceImpl } from '@connectrpc/connect'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import { keepCasBackend, tryCasBackend } from '../cas-backends/create-cas-backend.ts'
import { deleteCasBackend } from '../cas-backends/delete-cas-backend.ts'
import { listCasBackends } from '../cas-backends/list-cas-backends.ts'
import { revalidateCasBackend } from '../cas-backends/revalidate-cas-backend.ts'
import { tryChange, updateCasBackend } from '../cas-backends/update-cas-backend.ts'
import type { Context } from '../context.ts'
import type { JsonObject } from '../integrations/plugin.ts'
import { actorOf } from './actor-key.ts'
import { casBackendMessage } from './cas-backend-message.ts'
import { idempotently } from './idempotent.ts'

/** Storage is tried before the transaction begins: it may take its time, and asks us for the credentials. */
export function casBackendService(
  ctx: Pick<Context, 'db' | 'secrets' | 'trials' | 'storage'>,
): ServiceImpl<typeof CASBackendService> {
  return {
    async list({ pagination }, call) {
      if (!pagination) {
        return { result: (await casBackends.list(ctx.db, actorOf(call))).map(casBackendMessage) }
      }
      const { items, nextCursor } = await listCasBackends(ctx, actorOf(call), pagination)
      return { result: items.map(casBackendMessage), pagination: { nextCursor } }
    },

    async create(req, call) {
      const actor = actorOf(call)
      const tried = await tryCasBackend(ctx, actor, {
        name: req.name,
        provider: req.provider,
        location: req.location,
        description: req.description,
        isDefault: req.default,
        isFallback: req.fallback,
        maxBlobBytes: Number(req.maxBytes ?? 0n),
        credentials: toCredentials(req.credentials) ?? {},
      })
      return idempotently(ctx, { call, request: req }, async (tx) => ({
        result: casBackendMessage(await keepCasBackend(tx, actor, tried)),
      }))
    },

    async update(req, call) {
      const actor = actorOf(call)
      const change = {
        name: req.name,
        description: req.description,
        isDefault: req.default,
        isFallback: req.fallback,
        maxBlobBytes: req.maxBytes === undefined ? undefined : Number(req.maxBytes),
        credentials: toCredentials(req.credentials),
      }
      await tryChange(ctx, actor, change)
      return idempotently(ctx, { call, request: req }, async (tx) => ({
        result: casBackendMessage(await updateCasBackend(tx, actor, change)),
      }))
    },

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deleteCasBackend(tx, actorOf(call), req)
        return {}
      }),

    async revalidate(req, call) {
      await revalidateCasBackend(ctx, actorOf(call), req)
      return {}
    },
  }
}

/** A Struct has no other values than JSON has. */
function toCredentials(struct: ProtoJson | undefined): JsonObject | undefined {
  return struct
}
