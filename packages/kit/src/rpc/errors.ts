import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect'

import { DomainError, type ErrorCode, retryAfterSeconds } from '../errors.ts'
import type { Logger } from '../logger.ts'

const codes = {
  invalid: Code.InvalidArgument,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  forbidden: Code.PermissionDenied,
  unauthenticated: Code.Unauthenticated,
  conflict: Code.FailedPrecondition,
  aborted: Code.Aborted,
  exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  unimplemented: Code.Unimplemented,
} satisfies Record<ErrorCode, Code>

export const ERROR_DOMAIN = 'chainloop'

/** The wire form: Connect code, message, and `google.rpc.ErrorInfo` when there is a reason or a hint. */
export function toConnectError(error: DomainError): ConnectError {
  const metadata = { ...error.metadata, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  const details =
    error.reason === undefined && Object.keys(metadata).length === 0
      ? []
      : [
          {
            desc: ErrorInfoSchema,
            value: {
              reason: error.reason ?? error.code.toUpperCase(),
              domain: ERROR_DOMAIN,
              metadata,
            },
          },
        ]
  const { retryAfterMs } = error
  const headers =
    retryAfterMs === undefined ? undefined : { 'retry-after': retryAfterSeconds(retryAfterMs) }
  return new ConnectError(error.message, codes[error.code], headers, details, error.cause)
}

/**
 * Domain errors become Connect errors, aborted calls say why they were aborted,
 * and everything else is logged and masked. Streams are covered while they are read.
 */
export function errorInterceptor(log: Logger): Interceptor {
  return (next) => async (req) => {
    const rpc = `${req.service.typeName}/${req.method.name}`
    const translate = (cause: unknown): ConnectError =>
      translateError(cause, { log, rpc, signal: req.signal })
    try {
      const res = await next(req)
      return res.stream ? { ...res, message: translating(res.message, translate) } : res
    } catch (cause) {
      throw translate(cause)
    }
  }
}

export function translateError(
  cause: unknown,
  {
    log,
    rpc,
    signal,
  }: { readonly log: Logger; readonly rpc: string; readonly signal?: AbortSignal },
): ConnectError {
  if (cause instanceof ConnectError) return cause
  if (cause instanceof DomainError) return toConnectError(cause)
  if (signal?.aborted) return reasonOf(signal)
  log.error({ err: cause, rpc }, 'unhandled error')
  return new ConnectError('internal error', Code.Internal, undefined, undefined, cause)
}

/** A lost connection aborts with a plain AbortError, which is a cancellation too. */
function reasonOf(signal: AbortSignal): ConnectError {
  const reason: unknown = signal.reason
  return reason instanceof ConnectError
    ? reason
    : new ConnectError('the call was aborted', Code.Canceled)
}

/** Streams fail while they are read, long after `next` has resolved. */
async function* translating<T>(
  stream: AsyncIterable<T>,
  translate: (cause: unknown) => ConnectError,
): AsyncIterable<T> {
  try {
    yield* stream
  } catch (cause) {
    throw translate(cause)
  }
}
