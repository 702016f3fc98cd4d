import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

import { type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect'

const key = createContextKey('')

/** The address at the other end of the connection, which may be a proxy's; empty when there is none. */
export function peerOf(call: Pick<HandlerContext, 'values'>): string {
  return call.values.get(key)
}

/** For the adapter: what `peerOf` needs of each request. */
export function setPeer(
  values: ContextValues,
  req: IncomingMessage | Http2ServerRequest,
): ContextValues {
  return values.set(key, req.socket?.remoteAddress ?? '')
}
