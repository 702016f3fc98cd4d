import { createGuardedAgents } from '@chainloop/kit/egress/guarded-agent'
import { type EgressRoute, connectOf } from '@chainloop/kit/egress/guarded-connect'
import { createGuardedFetch } from '@chainloop/kit/egress/guarded-fetch'
import { lateSocket } from '@chainloop/kit/egress/late-socket'
import type { Egress } from '@chainloop/plugin-sdk/egress'

export type EgressOptions = EgressRoute & {
  /** Of one request of `fetch`, its answer included. */
  readonly timeoutMs?: number
}

const dialTimeoutMs = 10_000

/** Every way out that a plugin is given, over one guarded way to connect. */
export function openEgress(options: EgressOptions): Egress & AsyncDisposable {
  const connect = connectOf(options)
  const fetch = createGuardedFetch({ ...options, connect })
  const agents = createGuardedAgents({ connect })
  return {
    fetch,
    connect,
    dial: (target) =>
      lateSocket(connect({ ...target, signal: AbortSignal.timeout(dialTimeoutMs) })),
    agents,
    async [Symbol.asyncDispose]() {
      agents[Symbol.dispose]()
      await fetch[Symbol.asyncDispose]()
    },
  }
}
