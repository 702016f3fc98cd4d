import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'

import { EgressRefused } from './guard.ts'
import { type EgressRoute, type GuardedConnect, connectOf } from './guarded-connect.ts'

const connectTimeoutMs = 10_000

export interface GuardedAgents extends Disposable {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

export type GuardedAgentsOptions = EgressRoute & {
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
  const open = connectOf(options)
  const settings = { keepAlive: true, maxSockets }
  const http = guarded(new HttpAgent(settings), { open })
  const tls = new HttpsAgent({ ...settings, ...(ca === undefined ? {} : { ca }) })
  const secure = tls.createConnection.bind(tls)
  const https = guarded(tls, { open, secure })
  return {
    http,
    https,
    [Symbol.dispose]() {
      http.destroy()
      https.destroy()
    },
  }
}

interface Connecting {
  readonly open: GuardedConnect
  /** Puts TLS on the socket that it is given. */
  readonly secure?: HttpAgent['createConnection']
}

function guarded<A extends HttpAgent>(agent: A, { open, secure }: Connecting): A {
  async function connect(target: ClientRequestArgs): Promise<Duplex> {
    if (target.socketPath) throw new EgressRefused('requests to local sockets are not allowed')
    const host = target.host ?? 'localhost'
    const signal = AbortSignal.timeout(target.timeout ?? connectTimeoutMs)
    const socket = await open({ host, port: Number(target.port), signal })
    if (!secure) return socket.setNoDelay(true)
    const secured = secure({ ...target, socket } as ClientRequestArgs)
    if (!secured) throw new Error('the agent made no connection')
    return secured
  }

  // Node looks at the socket only where there is no error; its types want one always.
  type Connected = (error: unknown, socket?: Duplex) => void

  async function openThen(target: ClientRequestArgs, connected: Connected): Promise<void> {
    let socket: Duplex
    try {
      socket = await connect(target)
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
