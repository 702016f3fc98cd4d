import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

/** W3C trace context as text, to travel in job data or HTTP headers; empty outside of a trace. */
export function currentTrace(): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier
}

export interface Step {
  readonly name: string
  /** What `currentTrace()` gave elsewhere; joins that trace. */
  readonly from?: Readonly<Record<string, string | string[] | undefined>>
  readonly kind?: SpanKind
}

/** Runs some work as a span of its own. */
export async function inSpan<T>(step: Step, work: () => Promise<T>): Promise<T> {
  const parent = step.from ? propagation.extract(context.active(), step.from) : context.active()
  const span = trace
    .getTracer('@chainloop/kit')
    .startSpan(step.name, { kind: step.kind ?? SpanKind.INTERNAL }, parent)
  try {
    return await context.with(trace.setSpan(parent, span), work)
  } catch (cause) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw cause
  } finally {
    span.end()
  }
}
