import type { Interceptor, Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

import type { Endpoint } from './endpoint.ts'
import { createSessionManager } from './session-manager.ts'

const READ_MAX_BYTES = 32 << 20

/** One HTTP/2 connection; transports with different credentials share it. */
export interface Connection extends Disposable {
  readonly endpoint: Endpoint
  /** `timeoutMs` bounds each attempt of each call; without it only the caller's signal does. */
  transport(interceptors: readonly Interceptor[], timeoutMs?: number): Transport
}

export type Connect = (endpoint: Endpoint) => Connection

/** gRPC over HTTP/2. Nothing is dialled before the first call. */
export const connect: Connect = (endpoint) => {
  const sessionManager = createSessionManager(endpoint)
  return {
    endpoint,
    transport: (interceptors, timeoutMs) =>
      createGrpcTransport({
        baseUrl: endpoint.baseUrl,
        sessionManager,
        interceptors: [...interceptors],
        readMaxBytes: READ_MAX_BYTES,
        ...(timeoutMs === undefined ? {} : { defaultTimeoutMs: timeoutMs }),
      }),
    [Symbol.dispose]: () => {
      sessionManager.abort()
    },
  }
}
