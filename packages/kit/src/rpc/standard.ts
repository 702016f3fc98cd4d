import type { Interceptor } from '@connectrpc/connect'
import type { Registry } from 'prom-client'

import type { Logger } from '../logger.ts'
import { errorInterceptor } from './errors.ts'
import { loggingInterceptor } from './logging.ts'
import { metricsInterceptor } from './metrics.ts'
import { serverTracing } from './tracing.ts'
import { validationInterceptor } from './validation.ts'

/** What every server puts around its handlers, in the order that makes spans, metrics and logs see the wire's code. */
export function standardInterceptors({
  log,
  registry,
}: {
  log: Logger
  registry: Registry
}): Interceptor[] {
  return [
    serverTracing(),
    metricsInterceptor(registry),
    loggingInterceptor(log),
    errorInterceptor(log),
    validationInterceptor(),
  ]
}
