import { once } from 'node:events'
import { createServer } from 'node:net'

/** A loopback port that was free a moment ago, for servers that cannot be told to choose one themselves. */
export async function freePort(): Promise<number> {
  await using server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}
