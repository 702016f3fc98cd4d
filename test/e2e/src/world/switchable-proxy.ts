import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Stands in front of a server that can be taken away, and given back somewhere else. */
export interface SwitchableProxy extends AsyncDisposable {
  /** The server's address with the proxy's place. */
  readonly url: string
  /** Nobody is there any more: connections break, and new ones are refused. */
  away(): void
  /** Connections break; new ones are let through. */
  restart(): void
  back(): void
}

export async function startSwitchableProxy(serverUrl: string): Promise<SwitchableProxy> {
  const server = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isThere = true
  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const proxy = createServer((client) => {
    track(client)
    if (!isThere) return void client.resetAndDestroy()
    const upstream = connect(Number(server.port), server.hostname)
    track(upstream)
    client.pipe(upstream).pipe(client)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const shown = new URL(serverUrl)
  shown.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  return {
    url: shown.href,
    away() {
      isThere = false
      breakAll()
    },
    restart: breakAll,
    back() {
      isThere = true
    },
    async [Symbol.asyncDispose]() {
      proxy.close()
      breakAll()
    },
  }
}
