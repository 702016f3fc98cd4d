import { ConnectError, type Interceptor } from '@connectrpc/connect'
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapGetter,
  type TextMapSetter,
} from '@opentelemetry/api'

import { rpcName } from './outcome.ts'

const carrier: TextMapGetter<Headers> & TextMapSetter<Headers> = {
  get: (headers, key) => headers.get(key) ?? undefined,
  keys: (headers) => [...headers.keys()],
  set: (headers, key, value) => {
    headers.set(key, value)
  },
}

/** A server span per call, child of the caller's span (W3C trace context). Costs nothing while no SDK is started. */
export function serverTracing(): Interceptor {
  return tracing(SpanKind.SERVER)
}

/** A client span per call, handed on to the server in the request's headers. */
export function clientTracing(): Interceptor {
  return tracing(SpanKind.CLIENT)
}

function tracing(kind: SpanKind): Interceptor {
  const tracer = trace.getTracer('@chainloop/kit')
  return (next) => async (req) => {
    const server = kind === SpanKind.SERVER
    const parent = server
      ? propagation.extract(context.active(), req.header, carrier)
      : context.active()
    const method = rpcName(req)
    const attributes = { 'rpc.system.name': 'connectrpc', 'rpc.method': method }
    const span = tracer.startSpan(method, { kind, attributes }, parent)
    const active = trace.setSpan(parent, span)
    if (!server) propagation.inject(active, req.header, carrier)

    const end = endOnce(span)
    req.signal.addEventListener('abort', () => end(req.signal.reason), { once: true })
    try {
      const request = req.stream ? { ...req, message: within(active, req.message) } : req
      const res = await context.with(active, () => next(request))
      if (res.stream) return { ...res, message: within(active, res.message, end) }
      end()
      return res
    } catch (cause) {
      end(cause)
      throw cause
    }
  }
}

function endOnce(span: Span): (cause?: unknown) => void {
  let ended = false
  return (cause) => {
    if (ended) return
    ended = true
    if (cause !== undefined) {
      const error = ConnectError.from(cause)
      span.setAttribute('rpc.status_code', error.code)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.rawMessage })
    }
    span.end()
  }
}

/** Every step of the stream runs inside the span's context, so that spans between messages are its children. */
async function* within<T>(
  active: Context,
  stream: AsyncIterable<T>,
  end?: (cause?: unknown) => void,
): AsyncIterable<T> {
  const iterator = context.with(active, () => stream[Symbol.asyncIterator]())
  let cause: unknown
  try {
    for (;;) {
      const step = await context.with(active, () => iterator.next())
      if (step.done) return
      yield step.value
    }
  } catch (thrown) {
    cause = thrown
    throw thrown
  } finally {
    await context.with(active, () => iterator.return?.())
    end?.(cause)
  }
}
