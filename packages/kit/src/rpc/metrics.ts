import { Code, type Interceptor } from '@connectrpc/connect'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

import { rpcName, settle } from './outcome.ts'

/** Counts calls by method and code, and their durations and concurrency. */
export function metricsInterceptor(registry: Registry): Interceptor {
  const registers = [registry]
  const calls = new Counter({
    name: 'rpc_server_calls_total',
    help: 'Calls that have ended',
    labelNames: ['method', 'code'],
    registers,
  })
  const durations = new Histogram({
    name: 'rpc_server_call_duration_seconds',
    help: 'From the first header to the last message',
    labelNames: ['method'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  })
  const running = new Gauge({
    name: 'rpc_server_calls_running',
    help: 'Calls in flight',
    registers,
  })

  return (next) => (req) => {
    const method = rpcName(req)
    const stop = durations.startTimer({ method })
    running.inc()
    return settle(
      () => next(req),
      (outcome) => {
        running.dec()
        stop()
        calls.inc({
          method,
          code: outcome === undefined ? 'ok' : (Code[outcome.code] ?? 'unknown'),
        })
      },
    )
  }
}
