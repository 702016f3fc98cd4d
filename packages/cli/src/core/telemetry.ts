/** The spans of one invocation, when somebody collects them. */
export interface Telemetry extends AsyncDisposable {
  within<T>(name: string, work: () => Promise<T>): Promise<T>
}

const OFF: Telemetry = {
  within: (_name, work) => work(),
  [Symbol.asyncDispose]: async () => {},
}

/** Nothing is loaded unless an OTLP endpoint is set. A `TRACEPARENT` of the pipeline becomes the parent. */
export async function startTelemetry(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Telemetry> {
  const endpoint = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']
  if (endpoint === undefined || endpoint === '' || env['OTEL_SDK_DISABLED'] === 'true') return OFF

  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry(env)
}
