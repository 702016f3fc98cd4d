import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

import { type EgressOptions, createEgressGuard, pinned } from './guard.ts'

export interface ConnectTarget {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

/**
 * A TCP connection to an address that users configured, for protocols that are not HTTP. Throws `EgressRefused` when it is
 * not allowed, an `AbortError` when the signal ends it, else what the socket says.
 */
export type GuardedConnect = (target: ConnectTarget) => Promise<Socket>

export function createGuardedConnect(options: EgressOptions): GuardedConnect {
  const guard = createEgressGuard(options)
  return async ({ host, port, signal }) => {
    const addresses = await guard.resolve(host, port)
    signal.throwIfAborted()
    const socket = connect({ host, port, lookup: pinned(addresses), autoSelectFamily: true })
    try {
      await once(socket, 'connect', { signal })
      return socket
    } catch (cause) {
      socket.destroy()
      throw cause
    }
  }
}
