import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { peerOf } from '@chainloop/kit/rpc/peer'
import {
  PollDeviceResponse_State as State,
  type SessionService,
  type TokensSchema,
} from '@chainloop/proto/sessions/v1/session_service'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import type { Origin } from '../limits.ts'
import { cursorPage } from '../pages.ts'
import { listSessions, revokeSession } from '../sessions/own-sessions.ts'
import { refreshSession } from '../sessions/refresh-session.ts'
import type { SessionTokens } from '../sessions/session-tokens.ts'
import { exchangeBrowserCode } from '../sign-in/browser-code.ts'
import { type DevicePoll, pollDevice, startDevice } from '../sign-in/device.ts'
import { actorOf } from './actor-key.ts'

const STATES = {
  pending: State.PENDING,
  slow_down: State.SLOW_DOWN,
  approved: State.APPROVED,
  denied: State.DENIED,
  expired: State.EXPIRED,
} as const satisfies Record<DevicePoll['state'], State>

export function sessionService(
  ctx: Pick<Context, 'db' | 'tokens' | 'config' | 'limits'>,
): ServiceImpl<typeof SessionService> {
  return {
    async exchange(req, call) {
      await ctx.limits.signIn(originOf(call))
      return { tokens: tokensMessage(await exchangeBrowserCode(ctx, req)) }
    },

    async startDevice(req, call) {
      await ctx.limits.signIn(originOf(call))
      const { expiresAt, ...device } = await startDevice(ctx, req)
      return { ...device, expiresAt: timestampFromDate(expiresAt) }
    },

    async pollDevice(req) {
      const poll = await pollDevice(ctx, req)
      const tokens = poll.state === 'approved' ? { tokens: tokensMessage(poll.tokens) } : {}
      return { state: STATES[poll.state], ...tokens }
    },

    async refresh(req, call) {
      const refreshed = await ctx.limits.login(originOf(call), () =>
        refreshSession(ctx, req.refreshToken),
      )
      return { tokens: tokensMessage(refreshed) }
    },

    async list({ pagination }, call) {
      const actor = actorOf(call)
      const { items, nextCursor } = await listSessions(ctx, actor, cursorPage(pagination))
      return {
        pagination: { nextCursor },
        sessions: items.map((session) => ({
          id: session.id,
          clientName: session.clientName,
          createdAt: timestampFromDate(session.createdAt),
          lastUsedAt: timestampFromDate(session.lastUsedAt),
          expiresAt: timestampFromDate(session.expiresAt),
          current: session.id === actor.sessionId,
        })),
      }
    },

    async revoke(req, call) {
      await revokeSession(ctx, actorOf(call), { id: req.id || undefined })
      return {}
    },
  }
}

function tokensMessage(tokens: SessionTokens): MessageInitShape<typeof TokensSchema> {
  return {
    accessToken: tokens.accessToken,
    accessExpiresAt: timestampFromDate(tokens.accessExpiresAt),
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: timestampFromDate(tokens.refreshExpiresAt),
  }
}

function originOf(call: HandlerContext): Origin {
  return { peer: peerOf(call), forwardedFor: call.requestHeader.get('x-forwarded-for') ?? '' }
}
