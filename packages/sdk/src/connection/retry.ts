import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { Code, ConnectError, type Interceptor } from '@connectrpc/connect'

export interface RetryOptions {
  /** No attempt starts later than this after the first. 0: one attempt. */
  readonly budgetMs: number
  /** Told before each wait, so that nobody wonders. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined
}

export interface Retry {
  readonly method: string
  readonly error: ConnectError
  readonly attempt: number
  readonly waitMs: number
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5_000
const READS = /^(Get|List|View|Describe|Discover|Current|Read|Initialized|Infoz|Statusz)/

/**
 * Repeats unary calls that got no answer. Whatever changes something carries one idempotency key for
 * all attempts, so that it happens once even if only the answer was lost.
 */
export function withRetry({ budgetMs, onRetry, wait = pause }: RetryOptions): Interceptor {
  return (next) => async (request) => {
    if (request.stream) return next(request)
    if (!READS.test(request.method.name) && !request.header.has('idempotency-key')) {
      request.header.set('idempotency-key', randomUUID())
    }

    const deadline = performance.now() + budgetMs
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await next(request)
      } catch (cause) {
        const error = ConnectError.from(cause)
        const waitMs = backOff(attempt)
        const late = performance.now() + waitMs > deadline
        if (late || !isTransient(error) || request.signal.aborted) throw error

        onRetry?.({ method: request.method.name, error, attempt, waitMs })
        await wait(waitMs, request.signal)
      }
    }
  }
}

function isTransient({ code }: ConnectError): boolean {
  return code === Code.Unavailable || code === Code.DeadlineExceeded
}

/**
 * Repeats work that nobody answered, for streams, which the interceptor leaves alone. The work must be one that
 * may happen twice, and takes new credentials each time.
 */
export async function retryTransient<T>(
  work: () => Promise<T>,
  { attempts = 6, wait = pause }: { attempts?: number; wait?: RetryOptions['wait'] } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (cause) {
      if (attempt >= attempts || !isTransient(ConnectError.from(cause))) throw cause
      await wait(backOff(attempt), new AbortController().signal)
    }
  }
}

/** Exponential, with half of it random: clients that failed together do not return together. */
export function backOff(attempt: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1))
  return Math.round(most * (0.5 + Math.random() / 2))
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal })
}
