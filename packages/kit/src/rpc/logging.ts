import { Code, type Interceptor } from '@connectrpc/connect'

import type { Logger } from '../logger.ts'
import { rpcName, settle } from './outcome.ts'

/** Probes would drown everything else. */
const QUIET = new Set(['grpc.health.v1.Health/Check', 'grpc.health.v1.Health/Watch'])

/** One line per call: what, how it ended, how long it took. Messages and headers are never logged. */
export function loggingInterceptor(log: Logger): Interceptor {
  return (next) => (req) => {
    const rpc = rpcName(req)
    const startedAt = performance.now()
    return settle(
      () => next(req),
      (outcome) => {
        const fields = {
          rpc,
          code: outcome === undefined ? 'ok' : Code[outcome.code],
          durationMs: Math.round(performance.now() - startedAt),
        }
        if (outcome !== undefined)
          log.info({ ...fields, reason: outcome.rawMessage }, 'call refused or failed')
        else if (QUIET.has(rpc)) log.debug(fields, 'call')
        else log.info(fields, 'call')
      },
    )
  }
}
