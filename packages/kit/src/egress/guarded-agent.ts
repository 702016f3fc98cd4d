import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'

import {
  type EgressGuard,
  type EgressOptions,
  EgressRefused,
  createEgressGuard,
  pinned,
} from './guard.ts'

export interface GuardedAgents extends Disposable {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

export interface GuardedAgentsOptions extends EgressOptions {
  /** PEM; trusted beside nothing else. Undefined: what Node trusts. */
  readonly ca?: string
  /** Connections to one host and port at once. */
  readonly maxSockets?: number
}

/** Agents of `node:http` and `node:https` for libraries that bring their own client. A request fails with `EgressRefused`. */
export function createGuardedAgents({
  ca,
  maxSockets = 64,
  ...options
}: GuardedAgentsOptions): GuardedAgents {
  const guard = createEgressGuard(options)
  const settings = { keepAlive: true, maxSockets }
  const http = guarded(new HttpAgent(settings), guard)
  const https = guarded(new HttpsAgent({ ...settings, ...(ca === undefined ? {} : { ca }) }), guard)
  return {
    http,
    https,
    [Symbol.dispose]() {
      http.destroy()
      https.destroy()
    },
  }
}

function guarded<A extends HttpAgent>(agent: A, guard: EgressGuard): A {
  const connect = agent.createConnection.bind(agent)

  async function open(target: ClientRequestArgs): Promise<Duplex> {
    if (target.socketPath) throw new EgressRefused('requests to local sockets are not allowed')
    const addresses = await guard.resolve(target.host ?? 'localhost', Number(target.port))
    const socket = connect({ ...target, lookup: pinned(addresses) })
    if (!socket) throw new Error('the agent made no connection')
    return socket
  }

  // Node looks at the socket only where there is no error; its types want one always.
  type Connected = (error: unknown, socket?: Duplex) => void

  async function openThen(target: ClientRequestArgs, connected: Connected): Promise<void> {
    let socket: Duplex
    try {
      socket = await open(target)
    } catch (cause) {
      connected(cause)
      return
    }
    connected(null, socket)
  }

  agent.createConnection = (target, connected) => {
    if (connected) void openThen(target, connected as Connected)
    return undefined
  }
  return agent
}
