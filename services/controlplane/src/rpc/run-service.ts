import { fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { CraftingStateSchema } from '@chainloop/proto/attestation/v1/crafting_state'
import type {
  AppendStateRequest,
  JoinRequest,
  RunService,
  RunTokenSchema,
} from '@chainloop/proto/runs/v1/run_service'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { TrustedJob } from '../auth/trusted-job.ts'
import type { Context } from '../context.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import { policyVerdict } from '../policies/policy-verdict.ts'
import { changeState } from '../run-states/run-state.ts'
import { joinKeylessRun, rejoinKeylessRun } from '../runs/join-keyless-run.ts'
import type { RunToken } from '../runs/run-token.ts'
import { joinRun, renewRunToken } from '../runs/run-tokens.ts'
import { actorOf, trustedJobOf } from './actor-key.ts'
import { appendToState } from './append-to-state.ts'
import { idempotently } from './idempotent.ts'
import { policySummaryMessage } from './run-message.ts'

type Deps = Pick<Context, 'db' | 'tokens'> & { readonly sealingKeys: SealingKeys }

export function runService(ctx: Deps): ServiceImpl<typeof RunService> {
  return {
    async renewToken(_req, call) {
      return { runToken: message(await renewRunToken(ctx, actorOf(call))) }
    },

    async join(request, call) {
      const job = trustedJobOf(call)
      const token = job
        ? await joinOnce(ctx, { request, call, job })
        : await joinRun(ctx, actorOf(call), request.runId)
      return { runToken: message(token) }
    },

    async getVerdict({ runId }, call) {
      const { policy, blockers } = await policyVerdict(ctx.db, actorOf(call), runId)
      return { ...(policy && { policy: policySummaryMessage(policy) }), blockers: [...blockers] }
    },

    appendState: (request, call) =>
      idempotently(ctx, { call, request }, (tx) => append(tx, request, call)),
  }
}

interface Joining {
  readonly request: JoinRequest
  readonly call: HandlerContext
  readonly job: TrustedJob
}

/** The identity is used up once; repeated with its idempotency key the call gets another token for the same run. */
async function joinOnce(ctx: Deps, { request, call, job }: Joining): Promise<RunToken> {
  let token: RunToken | undefined
  const wish = { call, request, credential: job.token.tokenId }
  await idempotently(ctx, wish, async (tx) => {
    token = await joinKeylessRun(tx, job, request.runId)
    return {}
  })
  return token ?? rejoinKeylessRun(ctx, job, request.runId)
}

async function append(
  ctx: Deps,
  request: AppendStateRequest,
  call: HandlerContext,
): Promise<{ digest: string; replaced: string[] }> {
  const replaced: string[] = []
  const digest = await changeState(ctx, actorOf(call), {
    runId: request.runId,
    change(before) {
      const after = appendToState(fromBinary(CraftingStateSchema, before), request)
      replaced.push(...after.replaced)
      return toBinary(CraftingStateSchema, after.state)
    },
  })
  return { digest, replaced }
}

function message({ token, expiresAt }: RunToken): MessageInitShape<typeof RunTokenSchema> {
  return { token, expiresAt: timestampFromDate(expiresAt) }
}
