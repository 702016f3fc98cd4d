import { createContextKey, type HandlerContext } from '@connectrpc/connect'

import { type Actor, anonymous } from '../auth/actor.ts'
import type { TrustedJob } from '../auth/trusted-job.ts'

/** Set by the gate before any message is read. */
export const actorKey = createContextKey<Actor>(anonymous, { description: 'who calls' })

export function actorOf(call: Pick<HandlerContext, 'values'>): Actor {
  return call.values.get(actorKey)
}

/** Set by the gate for the one call that takes the identity token of a CI platform. */
export const trustedJobKey = createContextKey<TrustedJob | undefined>(undefined, {
  description: 'the job that proved its identity',
})

export function trustedJobOf(call: Pick<HandlerContext, 'values'>): TrustedJob | undefined {
  const job = call.values.get(trustedJobKey)
  const { source } = actorOf(call)
  return job && source ? { ...job, source } : job
}
