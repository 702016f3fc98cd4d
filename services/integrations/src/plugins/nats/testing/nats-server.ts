import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { connect } from '@nats-io/transport-node'

/** The program as Debian or its makers install it; undefined: not installed. */
export const natsProgram = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nats-server'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

export interface NatsServer extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
}

export interface NatsListener extends AsyncDisposable {
  readonly heard: readonly string[]
}

/** Somebody who listens, with NATS' own client. */
export async function listenAt(address: string, subject: string): Promise<NatsListener> {
  const client = await connect({ servers: address })
  const heard: string[] = []
  client.subscribe(subject, { callback: (_error, message) => void heard.push(message.string()) })
  await client.flush()
  return { heard, [Symbol.asyncDispose]: () => client.close() }
}

/** A server with JetStream. `settings` are further lines of its configuration. */
export async function startNats(settings: readonly string[] = []): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-nats-'))
  const config = join(folder, 'nats.conf')
  const lines = ['listen: "127.0.0.1:-1"', `jetstream { store_dir: ${JSON.stringify(folder)} }`]
  await writeFile(config, [...lines, ...settings].join('\n'))
  const child = spawn(natsProgram ?? 'nats-server', ['-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  const address = await addressIn(child.stderr)
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function addressIn(log: NodeJS.ReadableStream): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    log.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const address = /Listening for client connections on (127\.0\.0\.1:\d+)/.exec(printed)?.[1]
      if (address !== undefined && printed.includes('Server is ready')) resolve(address)
    })
    log.once('end', () => reject(new Error(`nats-server did not start: ${printed}`)))
  })
}
