import { clientTracing } from '@chainloop/kit/rpc/tracing'
import type { Interceptor, Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'

export interface ControlPlaneOptions {
  readonly internalUrl: string
  readonly internalToken: string
}

const TIMEOUT_MS = 10_000

/** To the control plane's internal listener, as ourselves. */
export function controlPlane({ internalUrl, internalToken }: ControlPlaneOptions): Transport {
  const identify: Interceptor = (next) => (req) => {
    req.header.set('authorization', `Bearer ${internalToken}`)
    return next(req)
  }
  return createGrpcTransport({
    baseUrl: internalUrl,
    interceptors: [clientTracing(), identify],
    defaultTimeoutMs: TIMEOUT_MS,
  })
}
