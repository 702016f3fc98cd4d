import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
}

/** An HTTP server on a free port of loopback. */
export async function listen(
  answer: (...request: [...Parameters<RequestListener>, host: string]) => void,
): Promise<Listening> {
  let host = ''
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    answer(request, response, host)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
