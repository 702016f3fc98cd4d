import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

export interface Receiver extends AsyncDisposable {
  /** Where the webhook is to be sent. */
  readonly url: string
  /** `127.0.0.1:<port>`, as CHAINLOOP_EGRESS_ALLOW wants it. */
  readonly host: string
  /** The first thing that arrives; rejects after `timeoutMs`. */
  first(timeoutMs: number): Promise<unknown>
}

/** A stand-in for a third party: takes JSON by POST and remembers the first. */
export async function startReceiver(): Promise<Receiver> {
  const arrived = Promise.withResolvers<unknown>()
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        response.writeHead(204).end()
        arrived.resolve(body)
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
    first: (timeoutMs) => Promise.race([arrived.promise, refusal(timeoutMs)]),
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
