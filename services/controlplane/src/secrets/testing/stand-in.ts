import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly body?: unknown
}

export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** Of the requests that came. */
  readonly seen: string[]
  /** Answers with this instead while set. */
  broken: Answer | undefined
}

/** A server that answers as the published API of a service says; it has never seen that service. */
export async function startStandIn(
  answer: (request: IncomingMessage, url: URL, body: unknown) => Answer,
): Promise<StandIn> {
  const seen: string[] = []
  const state: { broken: Answer | undefined } = { broken: undefined }
  const server = createServer((req, res) => {
    void json(req)
      .catch(() => undefined)
      .then((body: unknown) => {
        seen.push(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`)
        const url = new URL(req.url ?? '/', 'http://stand.in')
        const { status, body: text } = state.broken ?? answer(req, url, body)
        res.writeHead(status, { 'content-type': 'application/json' })
        res.end(text === undefined ? undefined : JSON.stringify(text))
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    seen,
    get broken() {
      return state.broken
    },
    set broken(value) {
      state.broken = value
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
