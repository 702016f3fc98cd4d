import { Health as HealthDescriptor } from '@chainloop/proto/grpc/health/v1/health'
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect'
import { connectNodeAdapter, type ConnectNodeAdapterOptions } from '@connectrpc/connect-node'
import type { Registry } from 'prom-client'

import { createHealth, type Health } from './health.ts'
import {
  listenHttp1,
  listenHttp2,
  type Binding,
  type Handler,
  type Listener,
} from './http/listener.ts'
import { metricsRoutes, probeRoutes } from './http/probes.ts'
import { routeHandler, type Route } from './http/routes.ts'
import type { Logger } from './logger.ts'
import { errorInterceptor, translateError } from './rpc/errors.ts'
import { hangUpValues } from './rpc/hang-up.ts'
import { healthService } from './rpc/health.ts'
import { setPeer } from './rpc/peer.ts'
import { registerReflection } from './rpc/reflection.ts'

export type { Route } from './http/routes.ts'
export type { Binding } from './http/listener.ts'

/** Connect, gRPC and gRPC-web from one set of handlers. */
export interface RpcOptions {
  readonly routes: (router: ConnectRouter) => void
  /** First is outermost; `standardInterceptors` gives the usual ones in their order. */
  readonly interceptors?: readonly Interceptor[]
  /** Sees a call's headers before any message is read; what it throws is the answer, domain errors included. */
  readonly gate?: (call: HandlerContext) => void | Promise<void>
  /** Per message; 4 MiB when absent. */
  readonly readMaxBytes?: number
  /** Per message; 16 MiB when absent. */
  readonly writeMaxBytes?: number
  /** False for byte streams that no compression makes smaller. */
  readonly compression?: boolean
}

export interface ListenerOptions extends Binding {
  readonly rpc?: RpcOptions
}

export interface HttpOptions extends ListenerOptions {
  /** Looked at before the RPCs. */
  readonly routes?: readonly Route[]
}

export interface MetricsListenerOptions extends Binding {
  readonly registry: Registry
}

export interface ServeOptions {
  /** HTTP/2: gRPC and Connect for everybody; health and reflection included. */
  readonly api?: ListenerOptions
  /** HTTP/1.1: plain routes, probes, Connect and gRPC-web. */
  readonly http?: HttpOptions
  /** HTTP/2 for our own services only; health included, no reflection. */
  readonly internal?: ListenerOptions
  /** HTTP/1.1: `/metrics` and probes; closes last. */
  readonly metrics?: MetricsListenerOptions
  readonly health?: Health
  readonly log: Logger
  /** How long calls in flight may go on after stop; 20 s when absent. */
  readonly graceMs?: number
}

export type ListenerName = 'api' | 'http' | 'internal' | 'metrics'

export interface Serving<O extends ServeOptions = ServeOptions> extends AsyncDisposable {
  /** URL of each listener that was asked for. */
  readonly addresses: { readonly [L in ListenerName & keyof O]: string }
}

/**
 * Listens as asked. Disposing stops in two phases: not ready and no new connections, then calls in flight
 * finish; after the grace period their signals abort with `unavailable`, a second later connections are cut.
 */
export async function serve<const O extends ServeOptions>(options: O): Promise<Serving<O>> {
  const { log, health = createHealth(), graceMs = 20_000 } = options
  const stopping = new AbortController()
  const shared: Shared = { health, log, shutdownSignal: stopping.signal }
  await using stack = new AsyncDisposableStack()
  const open: Partial<Record<ListenerName, Listener>> = {}

  for (const [name, start] of plan(options, shared)) {
    const listener = await start()
    open[name] = listener
    stack.defer(() => listener.destroy())
  }
  const listeners = stack.move()
  const addresses = Object.fromEntries(
    Object.entries(open).map(([name, { address }]) => [name, address]),
  )
  log.info({ addresses }, 'listening')

  return {
    addresses: addresses as Serving<O>['addresses'],
    async [Symbol.asyncDispose]() {
      health.stop()
      const { metrics, ...others } = open
      await drain(Object.values(others), { stopping, graceMs })
      await drain(metrics ? [metrics] : [], { stopping, graceMs: 0 })
      await listeners.disposeAsync()
    },
  }
}

interface Shared {
  readonly health: Health
  readonly log: Logger
  readonly shutdownSignal: AbortSignal
}

type Plan = [ListenerName, () => Promise<Listener>][]

function plan({ api, http, internal, metrics }: ServeOptions, shared: Shared): Plan {
  const starts: Plan = []
  if (metrics) {
    const routes = [...metricsRoutes(metrics.registry), ...probeRoutes(shared.health)]
    starts.push(['metrics', () => listenHttp1(metrics, plainHandler(routes, shared))])
  }
  if (internal)
    starts.push(['internal', () => listenHttp2(internal, rpcHandler(internal.rpc, shared))])
  if (api)
    starts.push([
      'api',
      () => listenHttp2(api, rpcHandler(api.rpc, { ...shared, reflection: true })),
    ])
  if (http) {
    const routes = [...(http.routes ?? []), ...probeRoutes(shared.health)]
    starts.push([
      'http',
      () => listenHttp1(http, plainHandler(routes, shared, rpcHandler(http.rpc, shared))),
    ])
  }
  return starts
}

function plainHandler(
  routes: readonly Route[],
  { log }: Shared,
  otherwise: Handler = answer404,
): Handler {
  const route = routeHandler(routes, log)
  return (req, res) => {
    if ('stream' in req || 'stream' in res || !route(req, res)) otherwise(req, res)
  }
}

function rpcHandler(
  rpc: RpcOptions = { routes: () => {} },
  shared: Shared & { reflection?: boolean },
): Handler {
  const { readMaxBytes = 4 << 20, writeMaxBytes = 16 << 20, compression = true } = rpc
  const options: ConnectNodeAdapterOptions = {
    routes: withBuiltIns(rpc, shared),
    interceptors: [...(rpc.interceptors ?? [])],
    readMaxBytes,
    writeMaxBytes,
    maxTimeoutMs: 24 * 3_600_000,
    shutdownSignal: shared.shutdownSignal,
    contextValues: (req) => setPeer(hangUpValues(req), req),
    ...(compression ? {} : { acceptCompression: [] }),
    ...(rpc.gate ? { requestGate: translatedGate(rpc.gate, shared.log) } : {}),
  }
  const handler = connectNodeAdapter(options)
  return (req, res) => {
    try {
      handler(req, res)
    } catch (cause) {
      // The adapter throws where a request has no host or an unreadable path: the sender's fault, not a crash.
      shared.log.info({ err: cause }, 'malformed request')
      refuse(res, 400)
    }
  }
}

/** Probes and reflection describe what was registered before them, and are open to everybody. */
function withBuiltIns(
  { routes }: RpcOptions,
  { health, log, reflection }: Shared & { reflection?: boolean },
) {
  return (router: ConnectRouter): void => {
    routes(router)
    const services = [...new Set(router.handlers.map(({ service }) => service))]
    const open = { requestGate: () => {}, interceptors: [errorInterceptor(log)] }
    router.service(HealthDescriptor, healthService(health, services), open)
    if (reflection) registerReflection(router, [...services, HealthDescriptor], open)
  }
}

function translatedGate(
  gate: NonNullable<RpcOptions['gate']>,
  log: Logger,
): (call: HandlerContext) => Promise<void> {
  return async (call) => {
    try {
      await gate(call)
    } catch (cause) {
      throw translateError(cause, { log, rpc: `${call.service.typeName}/${call.method.name}` })
    }
  }
}

const answer404: Handler = (_req, res) => refuse(res, 404)

function refuse(res: Parameters<Handler>[1], status: number): void {
  res.statusCode = status
  res.end()
}

async function drain(
  listeners: readonly Listener[],
  { stopping, graceMs }: { readonly stopping: AbortController; readonly graceMs: number },
): Promise<void> {
  const abort = setTimeout(() => {
    stopping.abort(new ConnectError('the server is shutting down', Code.Unavailable))
  }, graceMs)
  const cut = setTimeout(() => {
    for (const listener of listeners) listener.destroy()
  }, graceMs + 1000)
  await Promise.all(listeners.map((listener) => listener.close()))
  clearTimeout(abort)
  clearTimeout(cut)
}
