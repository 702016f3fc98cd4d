import type { Message } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { invalid } from '@chainloop/kit/errors'
import type { PolicyExceptionService } from '@chainloop/proto/policies/v1/policy_exception_service'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Decision } from '../policy-exceptions/decide-exception.ts'
import {
  approveException,
  rejectException,
  revokeException,
} from '../policy-exceptions/decide-exception.ts'
import {
  type DescribedException,
  getException,
  listExceptions,
} from '../policy-exceptions/read-exceptions.ts'
import { requestException } from '../policy-exceptions/request-exception.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { exceptionMessage, exceptionStateOf } from './policy-exception-message.ts'

type Deps = Pick<Context, 'db'>

export function policyExceptionService(ctx: Deps): ServiceImpl<typeof PolicyExceptionService> {
  const decided = (decide: Decide) => async (request: Message & Decision, call: HandlerContext) =>
    idempotently(ctx, { call, request }, async (tx) => ({
      exception: exceptionMessage(await decide(tx, actorOf(call), request)),
    }))
  return {
    request: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const { policy, reason, expiresAt } = req
        if (!expiresAt) throw invalid('say when the exception ends', { reason: 'INVALID_EXPIRY' })
        const subject = { ...NOTHING, ...req.subject }
        const wanted = { policy, subject, reason, expiresAt: timestampDate(expiresAt) }
        return { exception: exceptionMessage(await requestException(tx, actorOf(call), wanted)) }
      }),
    approve: decided(approveException),
    reject: decided(rejectException),
    revoke: decided(revokeException),
    async list({ state, ...req }, call) {
      const wish = { ...req, state: exceptionStateOf(state) }
      const { exceptions, nextCursor } = await listExceptions(ctx, actorOf(call), wish)
      return { exceptions: exceptions.map(exceptionMessage), nextCursor }
    },
    async describe(req, call) {
      return { exception: exceptionMessage(await getException(ctx, actorOf(call), req)) }
    },
  }
}

type Decide = (ctx: Deps, actor: Actor, decision: Decision) => Promise<DescribedException>

const NOTHING = { project: '', workflow: '', material: '', digest: '', violation: '' }
