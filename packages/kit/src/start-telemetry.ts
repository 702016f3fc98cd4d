import type { Environment } from './config.ts'

/** Starts exporting when OTEL_EXPORTER_OTLP_ENDPOINT or its variant for traces is set; what is due goes out at the end. */
export async function startTelemetry(env: Environment): Promise<AsyncDisposable> {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  if (!endpoint || env['OTEL_SDK_DISABLED'] === 'true')
    return { [Symbol.asyncDispose]: async () => {} }

  const { startNodeSdk } = await import('@opentelemetry/sdk-node')
  const sdk = startNodeSdk()
  const shutdown = once(async () => sdk.shutdown())
  process.once('beforeExit', () => void shutdown())
  return { [Symbol.asyncDispose]: shutdown }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
