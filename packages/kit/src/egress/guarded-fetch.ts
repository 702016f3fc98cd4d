import { FormData, type RequestInit, Response, fetch } from 'undici'

import { EgressRefused } from './guard.ts'
import type { EgressRoute } from './guarded-connect.ts'
import { createGuardedDispatcher } from './guarded-dispatcher.ts'
import { type Hop, nextHop } from './redirects.ts'

export { FormData }

/** Also the `FormData` of Node itself, which is another class than that of the library. */
export type RequestBody =
  | string
  | Uint8Array
  | FormData
  | globalThis.FormData
  | (() => AsyncIterable<Uint8Array>)

export interface GuardedRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** A stream as a function that gives it: a redirect may have to send it again. */
  readonly body?: RequestBody
  readonly signal?: AbortSignal
}

/**
 * `fetch` for addresses that users configured. Throws `EgressRefused` when the target, or a redirect, is not allowed or
 * its answer is too big; a `TimeoutError` when it takes too long, the body included; else what fetch throws.
 */
export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<Response>

export type GuardedFetchOptions = EgressRoute & {
  /** From the call to the last byte of the body. */
  readonly timeoutMs?: number
  readonly maxResponseBytes?: number
  readonly maxHeaderBytes?: number
  readonly maxRedirects?: number
}

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch & AsyncDisposable {
  const { timeoutMs = 10_000, maxResponseBytes = 1 << 20, maxRedirects = 3 } = options
  const dispatcher = createGuardedDispatcher(options)

  async function guardedFetch(url: string | URL, request: GuardedRequest = {}): Promise<Response> {
    const signal = AbortSignal.any([
      AbortSignal.timeout(timeoutMs),
      ...(request.signal ? [request.signal] : []),
    ])
    let hop: Hop = firstHop(url, request)
    for (let redirects = 0; ; redirects += 1) {
      const response = await fetch(hop.url, {
        method: hop.method,
        headers: [...hop.headers],
        ...sendable(request.body),
        redirect: 'manual',
        signal,
        dispatcher,
      }).catch(rethrowRefusal)
      const next = followed(response, hop)
      if (!next) return bounded(response, maxResponseBytes)
      if (redirects === maxRedirects) throw new EgressRefused(`more than ${maxRedirects} redirects`)
      hop = next
    }
  }

  return Object.assign(guardedFetch, {
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  })
}

function sendable(body: RequestBody | undefined): RequestInit {
  if (body === undefined) return {}
  if (typeof body === 'function') return { body: body(), duplex: 'half' }
  if (body instanceof globalThis.FormData) {
    const form = new FormData()
    for (const [name, value] of body.entries()) form.append(name, value)
    return { body: form }
  }
  return { body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : body }
}

function firstHop(address: string | URL, request: GuardedRequest): Hop {
  const url = URL.parse(String(address))
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new EgressRefused('only http and https addresses can be called')
  }
  const headers = new Headers({ 'accept-encoding': 'identity', ...request.headers })
  if (url.username || url.password) {
    const credentials = [url.username, url.password].map(decodeURIComponent).join(':')
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
    url.username = ''
    url.password = ''
  }
  return { url, method: request.method ?? 'GET', headers }
}

function followed(response: Response, hop: Hop): Hop | undefined {
  const next = nextHop(hop, response.status, response.headers.get('location'))
  if (!next) return undefined
  if (next.url.protocol !== 'https:' && next.url.protocol !== 'http:') {
    throw new EgressRefused('the redirect leaves http')
  }
  void response.body?.cancel().catch(() => undefined)
  return next
}

/** fetch wraps what the connector said; the caller wants the reason. */
function rethrowRefusal(cause: unknown): never {
  if (cause instanceof Error && cause.cause instanceof EgressRefused) throw cause.cause
  throw cause
}

/** Counts what comes out of decompression, so that a small answer cannot become a big one. */
function bounded(response: Response, maxBytes: number): Response {
  let seen = 0
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength
        if (seen > maxBytes) throw new EgressRefused(`the answer is larger than ${maxBytes} bytes`)
        controller.enqueue(chunk)
      },
    }),
  )
  return new Response(counted ?? null, response)
}
