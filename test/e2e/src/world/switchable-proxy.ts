import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** Stands in front of a server that can be taken away, and given back somewhere else. */
export interface SwitchableProxy extends AsyncDisposable {
  /** The server's address with the proxy's place. */
  readonly url: string
  /** Nobody is there any more: connections break, and new ones are refused. */
  away(): void
  /** The next request that holds the text gets through, but its answer does not: all connections break. */
  restartAt(text: string): void
  back(): void
}

export async function startSwitchableProxy(serverUrl: string): Promise<SwitchableProxy> {
  const server = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isThere = true
  const awaited = new Set<string>()
  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }
  const breakAll = (except?: Socket): void => {
    for (const socket of sockets) if (socket !== except) socket.resetAndDestroy()
  }
  /** Lets requests through, and looks for what is awaited. */
  const watch = (upstream: Socket): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        done(null, chunk)
        const found = [...awaited].find((text) => chunk.includes(text))
        if (found === undefined) return
        awaited.delete(found)
        breakAll(upstream)
      },
    })
  const proxy = createServer((client) => {
    track(client)
    if (!isThere) return void client.resetAndDestroy()
    const upstream = connect(Number(server.port), server.hostname)
    track(upstream)
    client.pipe(watch(upstream)).pipe(upstream).pipe(client)
    client.once('close', () => upstream.end())
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
    restartAt: (text) => void awaited.add(text),
    back() {
      isThere = true
    },
    async [Symbol.asyncDispose]() {
      proxy.close()
      breakAll()
    },
  }
}
