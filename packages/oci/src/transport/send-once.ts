import type { Readable } from 'node:stream'

import type { Dispatcher } from 'undici'

import { OciError } from '../errors.ts'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'

export interface Outgoing {
  readonly method: Method
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable | undefined
  readonly signal?: AbortSignal | undefined
  /** From the last byte sent to the headers of the answer. */
  readonly headersTimeoutMs?: number | undefined
}

/** An answer whose body has not been read; whoever gets it reads it or calls `discard`. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
  /** Where it came from, after redirects. */
  readonly url: URL
  readonly discard: () => Promise<void>
}

export interface Timeouts {
  /** Default: 30,000. */
  readonly headersTimeoutMs?: number
  /** Between two chunks of a body. Default: 60,000. */
  readonly bodyTimeoutMs?: number
}

/** One HTTP exchange. Throws `OciError` (unavailable) without an answer, or the reason of the aborted signal. */
export async function sendOnce(
  dispatcher: Dispatcher,
  { method, url, headers, body, signal, ...outgoing }: Outgoing,
  timeouts: Timeouts = {},
): Promise<Answer> {
  signal?.throwIfAborted()
  try {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'user-agent': 'chainloop', ...headers },
      headersTimeout: outgoing.headersTimeoutMs ?? timeouts.headersTimeoutMs ?? 30_000,
      bodyTimeout: timeouts.bodyTimeoutMs ?? 60_000,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body,
      url,
      discard: () => answer.body.dump({ limit: 64 << 10 }).catch(() => undefined),
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw asOciError(cause, `${url.host} does not answer`)
  }
}

export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** What Node and undici throw, said shortly; abortions and errors of ours pass. */
export function asOciError(cause: unknown, what: string): Error {
  if (cause instanceof OciError) return cause
  if (isNamed(cause, 'AbortError') || isNamed(cause, 'TimeoutError')) return cause
  return new OciError('unavailable', `${what}: ${reasonOf(cause)}`, { cause })
}

function isNamed(cause: unknown, name: string): cause is Error {
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === name
}

function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return String(cause)
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return 'message' in cause ? String(cause.message) : 'unknown reason'
}
