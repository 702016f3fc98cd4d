import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { invalid } from '@chainloop/kit/errors'
import {
  Platform as PlatformNumber,
  type TrustRuleSchema,
  type TrustRuleService,
} from '@chainloop/proto/trustrules/v1/trust_rule_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { isPlatform, type Platform } from '../identities/platforms.ts'
import { cursorPage } from '../pages.ts'
import { addTrustRule } from '../trust-rules/add-trust-rule.ts'
import { listTrustRules } from '../trust-rules/list-trust-rules.ts'
import { removeTrustRule } from '../trust-rules/remove-trust-rule.ts'
import type { TrustRule } from '../trust-rules/trust-rule.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

const PLATFORM_NUMBERS = {
  github: PlatformNumber.GITHUB,
  gitlab: PlatformNumber.GITLAB,
  buildkite: PlatformNumber.BUILDKITE,
  circleci: PlatformNumber.CIRCLECI,
  google: PlatformNumber.GOOGLE,
  kubernetes: PlatformNumber.KUBERNETES,
  generic: PlatformNumber.GENERIC,
} as const satisfies Record<Platform, PlatformNumber>

export function trustRuleService(
  ctx: Pick<Context, 'db' | 'config'>,
): ServiceImpl<typeof TrustRuleService> {
  return {
    add: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const wanted = { ...req, platform: platformOf(req.platform) }
        const rule = await addTrustRule({ ...ctx, ...tx }, actorOf(call), wanted)
        return { trustRule: message(rule) }
      }),

    async list({ projectName, pagination }, call) {
      const wanted = { projectName, page: cursorPage(pagination) }
      const { items, nextCursor } = await listTrustRules(ctx, actorOf(call), wanted)
      return { trustRules: items.map(message), pagination: { nextCursor } }
    },

    remove: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await removeTrustRule(tx, actorOf(call), req)
        return {}
      }),
  }
}

function platformOf(number: PlatformNumber): Platform {
  const found = Object.entries(PLATFORM_NUMBERS).find(([, known]) => known === number)?.[0] ?? ''
  if (!isPlatform(found)) throw invalid('name the platform that issues the tokens')
  return found
}

function message(rule: TrustRule): MessageInitShape<typeof TrustRuleSchema> {
  return {
    id: rule.id,
    name: rule.name,
    platform: PLATFORM_NUMBERS[rule.platform],
    issuer: rule.issuer,
    claims: { ...rule.claims },
    projectId: rule.project.id,
    projectName: rule.project.name,
    rights: [...rule.rights],
    createdAt: timestampFromDate(rule.createdAt),
  }
}
