import type { IncomingMessage } from 'node:http'
import { constants, type Http2ServerRequest } from 'node:http2'

import {
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect'

const key = createContextKey<() => void>(() => {})

/**
 * Ends a call from the server's side, whatever its client does: a handler that waits for a client who takes nothing
 * cannot even throw. The call's signal aborts and its generator is closed.
 */
export function hangUp(call: HandlerContext): void {
  call.values.get(key)()
}

/** For the adapter: what `hangUp` needs of each request. */
export function hangUpValues(req: IncomingMessage | Http2ServerRequest): ContextValues {
  const end = (): void => {
    if ('stream' in req) req.stream.close(constants.NGHTTP2_CANCEL)
    else req.destroy()
  }
  return createContextValues().set(key, end)
}
