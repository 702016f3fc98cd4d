import { trace } from '@opentelemetry/api'
import { type DestinationStream, destination as fileDescriptor, pino, stdSerializers } from 'pino'

/** Structured log. Fields first, then a sentence; `err` is serialised with its stack and causes. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: Readonly<Record<string, unknown>>): Logger
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  /** Which program speaks: `controlplane`, `artifact-cas` … */
  readonly name: string
  readonly level?: LogLevel
  /** Anything with `write(line)`; stderr when absent. */
  readonly destination?: DestinationStream
}

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'credentials',
  'password',
  'privateKey',
  'secret',
  'secretAccessKey',
  'token',
  'transferToken',
]

const REDACTED = '[redacted]'

/** JWTs, bearer credentials, passwords in URLs, token parameters, PEM private keys: also inside messages and stacks. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/(\/\/[^/\s:@"\\]*):[^/\s@"\\]+@/g, `$1:${REDACTED}@`],
  [/([?&](?:t|token|access_token|code)=)[^&\s"\\]+/g, `$1${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gs, REDACTED],
]

export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      name,
      level,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: REDACTED,
      },
      mixin: currentSpan,
      hooks: { streamWrite: scrub },
    },
    destination ?? fileDescriptor({ dest: 2, sync: true }),
  )
}

/** For tests and libraries: says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
}

function scrub(line: string): string {
  return SECRET_TEXTS.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    line,
  )
}

/** Joins log lines to traces. */
function currentSpan(): object {
  const span = trace.getActiveSpan()?.spanContext()
  return span ? { traceId: span.traceId, spanId: span.spanId } : {}
}
