import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { RunService, RunTokenSchema } from '@chainloop/proto/runs/v1/run_service'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import type { RunToken } from '../runs/run-token.ts'
import { joinRun, renewRunToken } from '../runs/run-tokens.ts'
import { actorOf } from './actor-key.ts'

export function runService(ctx: Pick<Context, 'db' | 'tokens'>): ServiceImpl<typeof RunService> {
  return {
    async renewToken(_req, call) {
      return { runToken: message(await renewRunToken(ctx, actorOf(call))) }
    },

    async join({ runId }, call) {
      return { runToken: message(await joinRun(ctx, actorOf(call), runId)) }
    },
  }
}

function message({ token, expiresAt }: RunToken): MessageInitShape<typeof RunTokenSchema> {
  return { token, expiresAt: timestampFromDate(expiresAt) }
}
