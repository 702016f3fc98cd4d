import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

import { type EgressOptions, createEgressGuard, pinned } from './guard.ts'

export interface ConnectTarget {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
  /** Nothing is read from it: it can be handed to another process. */
  readonly isPaused?: boolean
}

/**
 * A TCP connection to an address that users configured, for protocols that are not HTTP. Throws `EgressRefused` when it is
 * not allowed, the signal's reason when that ends it, else what the socket says.
 */
export type GuardedConnect = (target: ConnectTarget) => Promise<Socket>

/** Connections are made here, or by somebody who guards them. */
export type EgressRoute = EgressOptions | { readonly connect: GuardedConnect }

export function connectOf(route: EgressRoute): GuardedConnect {
  return 'connect' in route ? route.connect : createGuardedConnect(route)
}

export function createGuardedConnect(options: EgressOptions): GuardedConnect {
  const guard = createEgressGuard(options)
  return async ({ host, port, signal, isPaused = false }) => {
    const addresses = await guard.resolve(host, port)
    signal.throwIfAborted()
    const socket = connect({ host, port, lookup: pinned(addresses), autoSelectFamily: true })
    if (isPaused) socket.pause()
    try {
      await once(socket, 'connect', { signal })
      return socket
    } catch (cause) {
      socket.destroy()
      throw signal.aborted ? signal.reason : cause
    }
  }
}
