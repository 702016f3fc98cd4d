import type { MessageInitShape } from '@bufbuild/protobuf'
import { invalid } from '@chainloop/kit/errors'
import {
  type QuotaSchema,
  type QuotaService,
  Resource as ResourceNumber,
  type SetRequest,
} from '@chainloop/proto/quotas/v1/quota_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { listQuotas, setQuota } from '../quotas/manage-quotas.ts'
import { type Quota, type Resource, RESOURCES } from '../quotas/quota.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

const NUMBERS = {
  stored_bytes: ResourceNumber.STORED_BYTES,
  runs_per_day: ResourceNumber.RUNS_PER_DAY,
  projects: ResourceNumber.PROJECTS,
  api_tokens: ResourceNumber.API_TOKENS,
} as const satisfies Record<Resource, ResourceNumber>

export function quotaService(ctx: Pick<Context, 'db'>): ServiceImpl<typeof QuotaService> {
  return {
    async list(_req, call) {
      return { quotas: (await listQuotas(ctx, actorOf(call))).map(message) }
    },

    set: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const wanted = { resource: resourceOf(req.resource), limit: limitOf(req) }
        return { quota: message(await setQuota(tx, actorOf(call), wanted)) }
      }),
  }
}

function resourceOf(number: ResourceNumber): Resource {
  const found = RESOURCES.find((resource) => NUMBERS[resource] === number)
  if (!found) throw invalid(`there is no resource ${number}`)
  return found
}

function limitOf({ value }: SetRequest): number | 'default' | undefined {
  if (value.case === 'limit') return Number(value.value)
  return value.case === 'default' ? 'default' : undefined
}

function message({
  resource,
  limit,
  used,
  isDefault,
}: Quota): MessageInitShape<typeof QuotaSchema> {
  return {
    resource: NUMBERS[resource],
    ...(limit === undefined ? {} : { limit: BigInt(limit) }),
    used: BigInt(used),
    isDefault,
  }
}
