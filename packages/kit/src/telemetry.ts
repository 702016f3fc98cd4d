/**
 * `node --import @chainloop/kit/telemetry main.js`: OTEL_* variables in, OpenTelemetry SDK out. Without an OTLP
 * endpoint nothing is loaded (the SDK costs a quarter of a second), and the tracing calls elsewhere do nothing.
 */
import { startTelemetry } from './start-telemetry.ts'

await startTelemetry(process.env)
