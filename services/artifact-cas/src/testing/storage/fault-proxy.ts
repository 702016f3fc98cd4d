import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, request as requestTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as passed } from 'node:timers/promises'

import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from './tls.ts'

/** What happens to one request. Without one it goes to the storage and back as it is. */
export type Fault =
  /** The connection breaks before an answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'status'; readonly status: number }
  /** The connection breaks behind so many bytes of the answer. */
  | { readonly kind: 'cut'; readonly after: number }
  /** `content-length` says so many bytes more, or less, than there are. */
  | { readonly kind: 'lie'; readonly by: number }
  /** One bit of the answer is another. */
  | { readonly kind: 'rot' }

export interface Seen {
  readonly method: string
  readonly path: string
  /** Of the storage's answer, once it came. */
  status?: number
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly seen: Seen[]
  /** Decides on each request, until the next call. `at` counts from 0 those since then that `fits` fits. */
  inject(fits: (request: Seen) => boolean, fault: (at: number) => Fault | undefined): void
  heal(): void
}

/** Between a backend and its storage, which it reaches by the same protocol, TLS included. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const upstream = new URL(target)
  const server =
    upstream.protocol === 'https:'
      ? createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY })
      : createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const seen: Seen[] = []
  let decide: (request: Seen) => Fault | undefined = () => undefined

  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const what: Seen = { method: req.method ?? '', path: req.url ?? '' }
    seen.push(what)
    handle({ upstream, own: `${upstream.protocol}//127.0.0.1:${port}` }, decide(what), {
      req,
      res,
      what,
    }).catch(() => res.destroy())
  })
  return {
    url: `${upstream.protocol}//127.0.0.1:${port}`,
    port,
    seen,
    inject(fits, fault) {
      let count = 0
      seen.length = 0
      decide = (what) => (fits(what) ? fault(count++) : undefined)
    },
    heal() {
      decide = () => undefined
    },
    [Symbol.asyncDispose]: () => stop(server),
  }
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await server[Symbol.asyncDispose]()
}

interface Way {
  readonly upstream: URL
  readonly own: string
}

interface Exchange {
  readonly what: Seen
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

async function handle(way: Way, fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { req, res, what } = exchange
  if (fault?.kind === 'reset') {
    req.socket.destroy()
    return
  }
  const body = await buffer(req)
  if (fault?.kind === 'silence') return
  if (fault?.kind === 'status') {
    res.writeHead(fault.status, { 'content-type': 'application/xml' }).end()
    return
  }
  if (fault?.kind === 'slow') await passed(fault.ms)
  const answer = await ask(way.upstream, req, body)
  const content = await buffer(answer)
  what.status = answer.statusCode ?? 502
  pass(res, { status: what.status, headers: moved(answer.headers, way), content }, fault)
}

/** Addresses of the storage become ours. */
function moved(
  { location, ...headers }: IncomingMessage['headers'],
  { upstream, own }: Way,
): IncomingMessage['headers'] {
  return location === undefined
    ? headers
    : { ...headers, location: location.replace(upstream.origin, own) }
}

async function ask(upstream: URL, req: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const send = upstream.protocol === 'https:' ? requestTls : request
  const { hostname, port } = upstream
  const { method, url, headers } = req
  const outgoing = send({ hostname, port, method, path: url, headers, ca: TEST_CA, agent: false })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly content: Buffer
}

function pass(res: ServerResponse, { status, headers, content }: Answer, fault?: Fault): void {
  const length = content.byteLength
  if (fault?.kind === 'lie') {
    const said = Math.max(0, length + fault.by)
    res.writeHead(status, { ...headers, 'content-length': said, connection: 'close' })
    res.end(content.subarray(0, said), () => res.destroy())
    return
  }
  if (fault?.kind === 'cut') {
    res.writeHead(status, headers)
    res.write(content.subarray(0, fault.after), () => res.destroy())
    return
  }
  if (fault?.kind === 'rot' && length > 0) content[length >> 1] = (content[length >> 1] ?? 0) ^ 1
  res.writeHead(status, headers).end(content)
}
