import type { ClientHttp2Stream, Http2Session, SecureClientSessionOptions } from 'node:http2'

import { Http2SessionManager } from '@connectrpc/connect-node'

import type { Endpoint } from './endpoint.ts'

const STREAM_WINDOW_BYTES = 1 << 20
const CONNECTION_WINDOW_BYTES = 16 << 20

/**
 * HTTP/2 settings widen the windows of streams only; the window of the connection has to be set on
 * each session. With the defaults a transfer is two to four times slower.
 */
class WideSessionManager extends Http2SessionManager {
  readonly #wide = new WeakSet<Http2Session>()

  override async request(
    ...call: Parameters<Http2SessionManager['request']>
  ): Promise<ClientHttp2Stream> {
    const stream = await super.request(...call)
    const { session } = stream
    if (session !== undefined && !this.#wide.has(session)) {
      this.#wide.add(session)
      session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
      // Every stream reports it; without a listener a peer that speaks nonsense would end the process.
      session.on('error', () => {})
    }
    return stream
  }
}

/** Connects at the first call. Pings notice a dead peer after 40 s at most. */
export function createSessionManager({ baseUrl, ca }: Endpoint): Http2SessionManager {
  const options: SecureClientSessionOptions = {
    settings: { initialWindowSize: STREAM_WINDOW_BYTES },
    ...(ca === undefined ? {} : { ca }),
  }
  return new WideSessionManager(baseUrl, { pingIntervalMs: 30_000, pingTimeoutMs: 10_000 }, options)
}
