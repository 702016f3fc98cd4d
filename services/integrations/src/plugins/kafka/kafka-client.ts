import { isIP } from 'node:net'
import { connect as startTls } from 'node:tls'

import type { PluginDial } from '@chainloop/plugin-sdk/egress'
import { type ISocketFactory, Kafka, type SASLOptions, logLevel } from 'kafkajs'

import { toKafkaError } from './kafka-error.ts'

export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly tls: boolean
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
        readonly username: string
        readonly password: string
      }
    | undefined
  readonly dial: PluginDial
  readonly signal: AbortSignal
}

/**
 * A client whose every connection comes from `dial`: to the brokers that operators name and to those that these name in
 * turn. Throws `DeliveryError`, the guard's refusal, or the reason of the signal.
 */
export async function withKafka<T>(
  settings: KafkaSettings,
  perform: (client: Kafka) => Promise<T>,
): Promise<T> {
  const { brokers, tls, sasl, signal } = settings
  await using connections = openConnections(settings)
  const client = new Kafka({
    clientId: 'chainloop',
    brokers: [...brokers],
    ssl: tls,
    ...(sasl && { sasl: sasl as SASLOptions }),
    socketFactory: connections.factory,
    connectionTimeout: 10_000,
    authenticationTimeout: 10_000,
    requestTimeout: 20_000,
    logLevel: logLevel.NOTHING,
    // Leaders change; for everything else the queue tries again.
    retry: { retries: 2, initialRetryTime: 200, maxRetryTime: 2000 },
  })
  const aborted = Promise.withResolvers<never>()
  const stop = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([perform(client), aborted.promise])
  } catch (cause) {
    signal.throwIfAborted()
    throw connections.refusal() ?? toKafkaError(cause)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface Connectable {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

/** Of one that stays connected the timers would go on for ever. */
export async function connected<C extends Connectable, T>(
  part: C,
  perform: (part: C) => Promise<T>,
): Promise<T> {
  try {
    await part.connect()
    return await perform(part)
  } finally {
    await part.disconnect().catch(() => undefined)
  }
}

interface Connections extends AsyncDisposable {
  readonly factory: ISocketFactory
  /** The client forgets why a connection failed. */
  readonly refusal: () => Error | undefined
}

function openConnections({ dial, signal }: KafkaSettings): Connections {
  const opened = new Set<{ destroy(): unknown }>()
  let refused: Error | undefined

  const factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = dial({ host, port })
    socket.on('error', (cause) => {
      if (cause.name === 'EgressRefused') refused = cause
    })
    opened.add(socket)
    if (!ssl) {
      socket.once('connect', onConnect)
      return socket as unknown as ReturnType<ISocketFactory>
    }
    const tls = startTls({ socket, ...(!isIP(host) && { servername: host }) }, onConnect)
    socket.on('error', (cause) => tls.destroy(cause))
    opened.add(tls)
    return tls
  }

  const closeAll = (): void => {
    for (const socket of opened) socket.destroy()
  }
  signal.addEventListener('abort', closeAll, { once: true })
  return {
    factory,
    refusal: () => refused,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', closeAll)
      closeAll()
    },
  }
}
