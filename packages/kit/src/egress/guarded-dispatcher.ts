import { Agent, buildConnector } from 'undici'

import { type EgressOptions, createEgressGuard, pinned } from './guard.ts'

export interface GuardedDispatcherOptions extends EgressOptions {
  readonly maxHeaderBytes?: number
}

/**
 * For clients over undici. Connects to one of the checked addresses and to nothing else, whatever the name says a moment
 * later; a request fails with `EgressRefused`, or with an error whose cause it is.
 */
export function createGuardedDispatcher(options: GuardedDispatcherOptions): Agent {
  const guard = createEgressGuard(options)
  const { maxHeaderBytes = 16 << 10 } = options

  async function connectTo(
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ): Promise<void> {
    try {
      const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80)
      const addresses = await guard.resolve(target.hostname, port)
      buildConnector({ allowH2: false, autoSelectFamily: true, lookup: pinned(addresses) })(
        target,
        callback,
      )
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
