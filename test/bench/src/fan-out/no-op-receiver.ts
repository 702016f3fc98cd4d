import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** Answers at once and remembers when what came. */
export interface NoOpReceiver extends AsyncDisposable {
  readonly url: string
  readonly arrivals: Arrival[]
  /** Requests to these paths are never answered. */
  readonly blackHoles: Set<string>
  arrived(count: number): Promise<void>
}

export interface Arrival {
  readonly path: string
  readonly digest: string
  /** On the clock of `performance.now()`. */
  readonly at: number
}

const digestPattern = /"AttestationDigest":"(sha256:[0-9a-f]+)"/

export async function startNoOpReceiver(): Promise<NoOpReceiver> {
  const arrivals: Arrival[] = []
  const blackHoles = new Set<string>()
  const swallowed: ServerResponse[] = []
  let wanted: { count: number; reached: () => void } | undefined
  const server = createServer((request, response) => {
    const at = performance.now()
    const path = request.url ?? ''
    if (blackHoles.has(path)) {
      swallowed.push(response)
      return
    }
    text(request).then(
      (body) => {
        response.end('ok')
        const digest = digestPattern.exec(body)?.[1]
        if (digest === undefined) return
        arrivals.push({ path, at, digest })
        if (wanted && arrivals.length >= wanted.count) wanted.reached()
      },
      () => response.destroy(),
    )
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    arrivals,
    blackHoles,
    arrived: (count) =>
      new Promise((resolve) => {
        wanted = { count, reached: resolve }
        if (arrivals.length >= count) resolve()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}
