import { once } from 'node:events'
import { type Socket, createServer } from 'node:net'

import { type WireReader, int8, int16, int32, int64, list, readWire, string } from './wire.ts'

export interface KafkaRecord {
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

export interface KafkaServer extends AsyncDisposable {
  /** `host:port` */
  readonly broker: string
  readonly records: readonly KafkaRecord[]
}

export interface KafkaServerOptions {
  readonly topic: string
  /** Where it says that the leader of the topic is; itself when absent. */
  readonly leader?: { readonly host: string; readonly port: number }
  /** The only login that is accepted, by the mechanism PLAIN. */
  readonly login?: { readonly username: string; readonly password: string }
}

interface World extends KafkaServerOptions {
  readonly port: number
  readonly records: KafkaRecord[]
}

/**
 * A broker with one topic of one partition, after the descriptions of messages at https://kafka.apache.org/protocol: ApiVersions
 * 0–2, Metadata 0–1, Produce 3, SaslHandshake 1, SaslAuthenticate 0. `npm run interop` has a whole one.
 */
export async function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  const records: KafkaRecord[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
        const end = 4 + received.readInt32BE()
        socket.write(answerTo(received.subarray(4, end), { ...options, port, records }))
        received = received.subarray(end)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    broker: `127.0.0.1:${port}`,
    records,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

const apis = { produce: 0, metadata: 3, handshake: 17, apiVersions: 18, authenticate: 36 } as const

function answerTo(request: Buffer, world: World): Buffer {
  const wire = readWire(request)
  const [api, version, correlation] = [wire.int16(), wire.int16(), wire.int32()]
  wire.string()
  const body = bodyFor({ api, version }, wire, world)
  return Buffer.concat([int32(4 + body.length), int32(correlation), body])
}

function bodyFor(
  { api, version }: { readonly api: number; readonly version: number },
  wire: WireReader,
  world: World,
): Buffer {
  if (api === apis.apiVersions) return versions(version)
  if (api === apis.metadata) return metadata(version, wire, world)
  if (api === apis.produce) return produce(wire, world)
  if (api === apis.handshake) return Buffer.concat([int16(0), list([string('PLAIN')])])
  if (api === apis.authenticate) return authenticate(wire, world)
  return int16(35)
}

function versions(version: number): Buffer {
  const range = (api: number, min: number, max: number): Buffer =>
    Buffer.concat([int16(api), int16(min), int16(max)])
  const known = [
    range(apis.produce, 3, 3),
    range(apis.metadata, 0, 1),
    range(apis.handshake, 1, 1),
    range(apis.apiVersions, 0, 2),
    range(apis.authenticate, 0, 0),
  ]
  return Buffer.concat([int16(0), list(known), ...(version > 0 ? [int32(0)] : [])])
}

const unknownTopic = 3

function metadata(version: number, wire: WireReader, { topic, leader, port }: World): Buffer {
  const asked = wire.list(() => wire.string())
  const { host, port: at } = leader ?? { host: '127.0.0.1', port }
  const isV1 = version > 0
  const broker = [int32(1), string(host), int32(at), ...(isV1 ? [int16(-1)] : [])]
  const replicas = list([int32(1)])
  const partition = Buffer.concat([int16(0), int32(0), int32(1), replicas, replicas])
  const topics = asked.map((name) => {
    const isKnown = name === topic
    return Buffer.concat([
      int16(isKnown ? 0 : unknownTopic),
      string(name),
      ...(isV1 ? [int8(0)] : []),
      list(isKnown ? [partition] : []),
    ])
  })
  return Buffer.concat([list([Buffer.concat(broker)]), ...(isV1 ? [int32(1)] : []), list(topics)])
}

function produce(wire: WireReader, { records }: World): Buffer {
  wire.string()
  wire.skip(2 + 4)
  const answers = wire.list(() => {
    const topic = wire.string()
    const partitions = wire.list(() => {
      const partition = wire.int32()
      const offset = records.length
      records.push(...recordsIn(wire.bytes(wire.int32()), topic))
      return Buffer.concat([int32(partition), int16(0), int64(offset), int64(-1)])
    })
    return Buffer.concat([string(topic), list(partitions)])
  })
  return Buffer.concat([list(answers), int32(0)])
}

/** https://kafka.apache.org/documentation/#recordbatch */
function recordsIn(batch: Buffer, topic: string): KafkaRecord[] {
  const wire = readWire(batch)
  wire.skip(16)
  if (wire.int8() !== 2) throw new Error('no batch of records')
  wire.skip(40)
  return wire.list(() => {
    wire.varint()
    wire.skip(1)
    wire.varint()
    wire.varint()
    const text = (): string => wire.bytes(wire.varint()).toString()
    const [key, value] = [text(), text()]
    const headers = Array.from({ length: wire.varint() }, () => [text(), text()] as const)
    return { topic, key, value, headers: Object.fromEntries(headers) }
  })
}

const authenticationFailed = 58

/** RFC 4616: nobody, the user and the password, behind a zero each. */
function authenticate(wire: WireReader, { login }: World): Buffer {
  const given = wire.bytes(wire.int32()).toString()
  const isRight = given === `\0${login?.username}\0${login?.password}`
  const said = isRight ? int16(-1) : string('Authentication failed')
  return Buffer.concat([int16(isRight ? 0 : authenticationFailed), said, int32(0)])
}
