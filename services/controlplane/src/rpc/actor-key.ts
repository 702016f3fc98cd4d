import { createContextKey, type HandlerContext } from '@connectrpc/connect'

import { type Actor, anonymous } from '../auth/actor.ts'

/** Set by the gate before any message is read. */
export const actorKey = createContextKey<Actor>(anonymous, { description: 'who calls' })

export function actorOf(call: Pick<HandlerContext, 'values'>): Actor {
  return call.values.get(actorKey)
}
