import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Breaks every connection through it after so many bytes in one direction. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string
  /** Where it leads. */
  target: URL | undefined
  /** Bytes of one direction after which a connection breaks. */
  cutAfter: number
  /** How many connections it has broken. */
  readonly cuts: number
}

export async function startCuttingProxy(): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    if (!proxy.target) return void client.destroy()
    const upstream = connect(Number(proxy.target.port), proxy.target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    const cut = (): void => {
      proxy.cuts += 1
      client.destroy()
      upstream.destroy()
    }
    relay(client, upstream, { cutAfter: proxy.cutAfter, cut })
    relay(upstream, client, { cutAfter: proxy.cutAfter, cut })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: Mutable<CuttingProxy> = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: undefined,
    cutAfter: Infinity,
    cuts: 0,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return proxy
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Cutting {
  readonly cutAfter: number
  readonly cut: () => void
}

/** One direction, at the pace of its reader. */
function relay(from: Socket, to: Socket, { cutAfter, cut }: Cutting): void {
  let passed = 0
  from.on('data', (chunk: Buffer) => {
    const rest = chunk.subarray(0, Math.max(0, cutAfter - passed))
    const isLast = passed < cutAfter && passed + chunk.length >= cutAfter
    passed += chunk.length
    const more = to.write(rest, isLast ? cut : undefined)
    if (more) return
    from.pause()
    to.once('drain', () => from.resume())
  })
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}
