import { Agent, buildConnector } from 'undici'

import { type EgressRoute, connectOf } from './guarded-connect.ts'

export type GuardedDispatcherOptions = EgressRoute & {
  readonly maxHeaderBytes?: number
}

const connectTimeoutMs = 10_000

/**
 * For clients over undici. Connects to one of the checked addresses and to nothing else, whatever the name says a moment
 * later; a request fails with `EgressRefused`, or with an error whose cause it is.
 */
export function createGuardedDispatcher(options: GuardedDispatcherOptions): Agent {
  const open = connectOf(options)
  const { maxHeaderBytes = 16 << 10 } = options

  const secure = buildConnector({ allowH2: false })

  async function connectTo(
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ): Promise<void> {
    try {
      const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80)
      const signal = AbortSignal.timeout(connectTimeoutMs)
      const socket = await open({ host: target.hostname, port, signal })
      if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback)
      else callback(null, socket.setNoDelay(true).setKeepAlive(true, 60_000))
    } catch (cause) {
      callback(cause instanceof Error ? cause : new Error(String(cause)), null)
    }
  }

  return new Agent({
    maxHeaderSize: maxHeaderBytes,
    allowH2: false,
    connect: (target, callback) => void connectTo(target, callback),
  })
}
