import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

import type { z } from 'zod'

/** A request that a vendor would have taken. */
export interface VendorCall<B> {
  readonly method: string
  /** Of the place holders in the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: B
}

export interface VendorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or text that is sent as it is. */
  readonly body?: object | string
}

export interface VendorRoute {
  readonly method: string
  readonly matches: (path: string) => Readonly<Record<string, string>> | undefined
  readonly take: (call: VendorCall<unknown>) => VendorAnswer | { readonly refused: string }
}

export interface RouteDefinition<B> {
  /** As OpenAPI writes it: `GET /repos/{owner}/{repo}`. */
  readonly operation: string
  /** What the vendor's published description says that the body may be. Of a form: its fields, files as texts. */
  readonly body: z.ZodType<B>
  readonly answer: (call: VendorCall<B>) => VendorAnswer
}

export function route<B>({ operation, body, answer }: RouteDefinition<B>): VendorRoute {
  const [method = '', template = ''] = operation.split(' ')
  const pattern = new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
  return {
    method,
    matches: (path) => pattern.exec(path)?.groups ?? (pattern.test(path) ? {} : undefined),
    take(call) {
      const parsed = body.safeParse(call.body)
      return parsed.success
        ? answer({ ...call, body: parsed.data })
        : { refused: `${operation}: ${parsed.error.message}` }
    },
  }
}

/** What an answer says that it is. */
export function mediaTypeOf({ headers = {}, body = '' }: VendorAnswer): string {
  return headers['content-type'] ?? (typeof body === 'string' ? 'text/plain' : 'application/json')
}

export interface VendorServer extends AsyncDisposable {
  readonly url: string
  readonly calls: readonly VendorCall<unknown>[]
  /** What the vendor's description does not allow. A test that leaves something here has failed. */
  readonly refusals: readonly string[]
}

/** Takes what the routes allow and refuses the rest, as a vendor would. */
export async function startVendorServer(routes: readonly VendorRoute[]): Promise<VendorServer> {
  const calls: VendorCall<unknown>[] = []
  const refusals: string[] = []

  async function answerTo(request: IncomingMessage): Promise<VendorAnswer> {
    const { method = '', headers } = request
    const url = new URL(request.url ?? '', 'http://vendor.test')
    const body = await bodyOf(request)
    for (const { matches, take } of routes.filter((each) => each.method === method)) {
      const params = matches(decodeURI(url.pathname))
      if (!params) continue
      const call = { method, params, query: url.searchParams, headers, body }
      calls.push(call)
      const answer = take(call)
      if (!('refused' in answer)) return answer
      refusals.push(answer.refused)
      return { status: 422, body: { message: answer.refused } }
    }
    refusals.push(`there is no ${method} ${url.pathname}`)
    return { status: 404, body: { message: 'Not Found' } }
  }

  const server = createServer((request, response) => {
    void answerTo(request)
      .catch((cause: unknown): VendorAnswer => ({ status: 500, body: String(cause) }))
      .then((answer) => {
        const { status, headers, body = '' } = answer
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        response.writeHead(status, { ...headers, 'content-type': mediaTypeOf(answer) }).end(text)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    refusals,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const bytes = await buffer(request)
  const type = request.headers['content-type'] ?? ''
  if (bytes.length === 0) return undefined
  if (type.includes('json')) return JSON.parse(bytes.toString())
  if (!type.startsWith('multipart/form-data')) return bytes.toString()
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  const fields = [...form].map(async ([name, value]) => [
    name,
    typeof value === 'string' ? value : await value.text(),
  ])
  return Object.fromEntries(await Promise.all(fields))
}
