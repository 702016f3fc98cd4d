import { AsyncLocalStorage } from 'node:async_hooks'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

import type { PluginConnect } from '@chainloop/plugin-sdk/egress'
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from '@nats-io/nats-core/internal'
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js'

interface Dialling {
  readonly connect: PluginConnect
  readonly signal: AbortSignal
  /** The client forgets why a connection failed. */
  refused?: Error
}

interface Address {
  readonly hostname: string
  readonly port: number
  readonly tlsName: string
}

/** The transport of the library, whose sockets come from the guard: to the servers that operators name and to all others. */
class GuardedTransport extends NodeTransport {
  readonly #dialling: Dialling

  constructor(dialling: Dialling) {
    super()
    this.#dialling = dialling
  }

  /** Names are not resolved before, so they are what certificates have to be for. */
  override connect(to: Address, options: ConnectionOptions): Promise<void> {
    const { hostname, port, tlsName } = to
    return super.connect({ hostname, port, tlsName: tlsName || hostname }, options)
  }

  override async dial({ hostname, port }: Omit<Address, 'tlsName'>): Promise<Socket> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    try {
      return await this.#dialling.connect({ host, port, signal: this.#dialling.signal })
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'EgressRefused') this.#dialling.refused = cause
      throw cause
    }
  }

  override async tlsFirst(to: Address): Promise<TLSSocket> {
    this.socket = await this.dial(to)
    return super.tlsFirst(to)
  }
}

/* The library has one factory for all connections, so each finds its own way out by where it was asked for. */
const current = new AsyncLocalStorage<Dialling>()
const guarded = {
  defaultPort: 4222,
  factory(): GuardedTransport {
    const dialling = current.getStore()
    if (!dialling) throw new Error('nobody said how to connect')
    return new GuardedTransport(dialling)
  },
}

/** Performs with a connection and closes it. Throws the guard's refusal, the reason of the signal, or what the library throws. */
export async function withNats<T>(
  { connect, signal, ...options }: ConnectionOptions & Pick<Dialling, 'connect' | 'signal'>,
  perform: (connection: NatsConnection) => Promise<T>,
): Promise<T> {
  const dialling: Dialling = { connect, signal }
  return current.run(dialling, async () => {
    let connection: NatsConnection | undefined
    const stop = (): void => void connection?.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      signal.throwIfAborted()
      // Whoever calls `connect` of the library puts its own in this place.
      setTransportFactory(guarded)
      connection = await NatsConnectionImpl.connect({
        ...options,
        name: 'chainloop',
        resolve: false,
        // The queue tries again; and nobody else says where to.
        reconnect: false,
        ignoreClusterUpdates: true,
        timeout: 10_000,
      })
      return await perform(connection)
    } catch (cause) {
      signal.throwIfAborted()
      throw dialling.refused ?? cause
    } finally {
      signal.removeEventListener('abort', stop)
      await connection?.close()
    }
  })
}
