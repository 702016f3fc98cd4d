import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array | undefined
  /** PEM of the authority behind `https`; the system's when absent. */
  readonly ca?: string | undefined
  /** Without an answer for this long the request fails. Default: 30,000. */
  readonly idleTimeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The request got no answer. The message names the host, never the query: it may hold a token. */
export class HttpUnavailable extends Error {
  override readonly name = 'HttpUnavailable'
}

const MAX_REDIRECTS = 5

/** One plain HTTP exchange; follows redirects of GET and HEAD, without credentials to another host. */
export async function httpExchange(url: URL, options: HttpRequest = {}): Promise<IncomingMessage> {
  let target = url
  let { headers = {} } = options
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await once(target, { ...options, headers })
    const next = redirectOf(response, target, options.method)
    if (next === undefined) return response

    response.resume()
    if (next.host !== target.host) headers = withoutCredentials(headers)
    target = next
  }
  throw new HttpUnavailable(`${url.host} redirects more than ${MAX_REDIRECTS} times`)
}

function redirectOf(
  { statusCode = 0, headers }: IncomingMessage,
  from: URL,
  method = 'GET',
): URL | undefined {
  const { location } = headers
  if (location === undefined || ![301, 302, 303, 307, 308].includes(statusCode)) return undefined
  if (method === 'POST' || !URL.canParse(location, from.href)) return undefined
  const to = new URL(location, from)
  return isHttp(to) && !(from.protocol === 'https:' && to.protocol === 'http:') ? to : undefined
}

const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'job-token'])

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name.toLowerCase())),
  )
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

function once(url: URL, options: HttpRequest): Promise<IncomingMessage> {
  const { method = 'GET', headers, body, ca, signal, idleTimeoutMs = 30_000 } = options
  const init: RequestOptions & { ca?: string } = {
    method,
    headers: { 'user-agent': 'chainloop', ...headers },
    ...(ca === undefined ? {} : { ca }),
    ...(signal === undefined ? {} : { signal }),
  }
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, init, resolve)
    request.setTimeout(idleTimeoutMs, () => {
      request.destroy(new HttpUnavailable(`${url.host} does not answer`))
    })
    request.on('error', (cause) => {
      reject(signal?.aborted === true ? signal.reason : unavailable(url, cause))
    })
    request.end(body)
  })
}

function unavailable(url: URL, cause: Error): Error {
  if (cause instanceof HttpUnavailable) return cause
  const why = 'code' in cause ? String(cause.code) : cause.message
  return new HttpUnavailable(`${url.host} does not answer: ${why}`, { cause })
}

/** A whole body of at most `maxBytes`; more is an error, not a truncated answer. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.byteLength
    if (size > maxBytes) response.destroy(new RangeError(`answer of more than ${maxBytes} bytes`))
  })
  return buffer(response)
}
