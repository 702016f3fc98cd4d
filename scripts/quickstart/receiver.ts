import { EventEmitter, on, once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

export interface Receiver extends AsyncDisposable {
  /** Where the webhook is to be sent. */
  readonly url: string
  /** `127.0.0.1:<port>`, as CHAINLOOP_EGRESS_ALLOW wants it. */
  readonly host: string
  /** The next thing that arrives, or has arrived and was not asked for; rejects after `timeoutMs`. */
  next(timeoutMs: number): Promise<unknown>
}

/** A stand-in for a third party: takes JSON by POST and keeps it until it is asked for. */
export async function startReceiver(): Promise<Receiver> {
  const arrivals = new EventEmitter()
  const arrived: AsyncIterator<unknown[]> = on(arrivals, 'body')
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        response.writeHead(204).end()
        arrivals.emit('body', body)
      },
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const host = `127.0.0.1:${address.port}`
  return {
    url: `http://${host}/attestations`,
    host,
    async next(timeoutMs) {
      const { value } = await Promise.race([arrived.next(), refusal(timeoutMs)])
      return (value as unknown[])[0]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

function refusal(timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(
      () => reject(new Error(`nothing arrived at the webhook within ${timeoutMs} ms`)),
      timeoutMs,
    ).unref()
  })
}
