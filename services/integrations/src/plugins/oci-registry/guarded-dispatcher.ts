import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import { connect as startTls } from 'node:tls'

import type { Egress } from '@chainloop/plugin-sdk/egress'
import { Agent, type buildConnector } from 'undici'

type Connect = Egress['connect']

/** Connections of undici over the plugin's own: addresses are checked, those of redirects and token servers, too. */
export function dispatcherOver(connect: Connect, signal: AbortSignal): Agent {
  async function open(target: buildConnector.Options): Promise<Socket> {
    const { hostname, protocol } = target
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const isTls = protocol === 'https:'
    const port = Number(target.port) || (isTls ? 443 : 80)
    const socket = await connect({ host, port, signal })
    if (!isTls) return socket
    const tls = startTls({ socket, ...(!isIP(host) && { servername: host }) })
    await once(tls, 'secureConnect', { signal })
    return tls
  }

  async function openThen(
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ): Promise<void> {
    try {
      callback(null, await open(target))
    } catch (cause) {
      callback(cause instanceof Error ? cause : new Error(String(cause)), null)
    }
  }

  return new Agent({
    allowH2: false,
    connect: (target, callback) => void openThen(target, callback),
  })
}
