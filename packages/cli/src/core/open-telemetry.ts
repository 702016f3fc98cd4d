import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'

import type { Telemetry } from './telemetry.ts'

/** Exports what `OTEL_*` ask for. Trouble with the collector never fails a command. */
export function openTelemetry(env: Readonly<Record<string, string | undefined>>): Telemetry {
  // A collector that does not answer must not hold the command back; the SDK would wait for 10 s.
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] ??= '2000'
  const sdk = new NodeSDK({
    serviceName: env['OTEL_SERVICE_NAME'] ?? 'chainloop-cli',
    instrumentations: [],
  })
  sdk.start()
  const parent = propagation.extract(context.active(), {
    traceparent: env['TRACEPARENT'],
    tracestate: env['TRACESTATE'],
  })
  return {
    within: (name, work) =>
      trace.getTracer('@chainloop/cli').startActiveSpan(name, {}, parent, async (span) => {
        try {
          return await work()
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
          throw error
        } finally {
          span.end()
        }
      }),
    [Symbol.asyncDispose]: async () => {
      await sdk.shutdown().catch(() => {})
    },
  }
}
