import type { Interceptor } from '@connectrpc/connect'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

const tracer = trace.getTracer('@chainloop/sdk')

const headers = {
  set(carrier: Headers, key: string, value: string): void {
    carrier.set(key, value)
  },
}

/** One client span per call, and its `traceparent` on the wire. Without a registered SDK it does nothing. */
export const withTracing: Interceptor = (next) => async (request) => {
  const method = `${request.service.typeName}/${request.method.name}`
  const span = tracer.startSpan(method, {
    kind: SpanKind.CLIENT,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': method },
  })
  const active = trace.setSpan(context.active(), span)
  propagation.inject(active, request.header, headers)
  try {
    return await context.with(active, () => next(request))
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
    throw error
  } finally {
    span.end()
  }
}
