/** Baselines in a process of their own: Node and connect-node with their defaults, one file, no checks. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'

import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { connectNodeAdapter } from '@connectrpc/connect-node'

const [source = '', target = ''] = process.argv.slice(2)

const http = createServer((_req, res) => void createReadStream(source).pipe(res))
const grpc = createHttp2Server(
  connectNodeAdapter({
    routes: (router) =>
      void router.service(ByteStream, {
        async *read() {
          for await (const data of createReadStream(source)) yield { data: data as Uint8Array }
        },
        async write(requests) {
          const hash = createHash('sha256')
          let size = 0
          await using file = await open(target, 'w')
          for await (const { data } of requests) {
            hash.update(data)
            await file.write(data)
            size += data.byteLength
          }
          hash.digest()
          await file.sync()
          await rm(target)
          return { committedSize: BigInt(size) }
        },
      }),
  }),
)

const portOf = async (server: typeof http | typeof grpc): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const addresses = { http: await portOf(http), grpc: await portOf(grpc) }
process.stdout.write(`${JSON.stringify(addresses)}\n`)
