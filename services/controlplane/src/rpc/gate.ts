import { forbidden, unauthenticated } from '@chainloop/kit/errors'
import { bearerToken } from '@chainloop/kit/rpc/bearer'
import type { HandlerContext } from '@connectrpc/connect'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import { authenticate } from '../auth/authenticate.ts'
import type { Context } from '../context.ts'
import { accessOf, procedure } from './access.ts'
import { actorKey } from './actor-key.ts'

/** Refuses before any message is read; what gets through carries its actor. */
export function gate(ctx: Pick<Context, 'db' | 'tokens'>): (call: HandlerContext) => Promise<void> {
  return async (call) => {
    const needed = accessOf(call.method)
    if (needed === 'anyone') return
    const actor = await authenticate(ctx, {
      token: bearerToken(call.requestHeader),
      organization: call.requestHeader.get('chainloop-organization') ?? undefined,
    })
    if (actor.kind === 'anonymous') {
      throw unauthenticated('this call needs a token', { reason: 'TOKEN_MISSING' })
    }
    if (needed === undefined || (needed !== 'authenticated' && !actor.rights.has(needed))) {
      await recordRefusal(ctx, { actor, call })
      throw forbidden(`${actor.role} ${actor.name} may not call ${procedure(call.method)}`, {
        reason: 'MISSING_RIGHT',
        ...(needed === undefined ? {} : { metadata: { right: needed } }),
      })
    }
    call.values.set(actorKey, actor)
  }
}

async function recordRefusal(
  { db }: Pick<Context, 'db'>,
  { actor, call }: { actor: Actor; call: HandlerContext },
): Promise<void> {
  await audit.record(db, {
    organizationId: actor.organizationId,
    actor,
    action: 'call.refused',
    outcome: 'refused',
    targetType: 'rpc',
    targetId: procedure(call.method),
  })
}
