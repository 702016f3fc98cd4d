import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect, createServer } from 'node:net'
import process from 'node:process'
import { connect as connectTls } from 'node:tls'
import { Worker } from 'node:worker_threads'

import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

type Deed = (settings: { readonly target: string; readonly port: number }) => unknown

const kept: unknown[] = []

const portOf = (port: number, host = '127.0.0.1') => ({ port, host })

/** What a plugin must not be able to do, or must be able to do without harm to others. */
const deeds: Readonly<Record<string, Deed>> = {
  nothing: () => undefined,
  throw: () => {
    throw new TypeError('I am poisoned')
  },
  throwLater: () => {
    setTimeout(() => {
      throw new TypeError('I am poisoned')
    }, 0)
    return new Promise(() => undefined)
  },
  hang: () => new Promise(() => undefined),
  block: () => {
    for (;;) kept.length = 0
  },
  leak: async () => {
    for (;;) {
      kept.push(Array.from({ length: 10_000 }, (_, at) => `text ${at}`))
      await new Promise((later) => setImmediate(later))
    }
  },
  leakBuffers: async () => {
    for (;;) {
      kept.push(Buffer.alloc(4 << 20, 1))
      await new Promise((later) => setTimeout(later, 1))
    }
  },
  exit: () => process.exit(3),
  lie: () => process.send?.({ type: 'connect', request: 'x', host: 'h', port: 1 }),
  environment: () => JSON.stringify(Object.keys(process.env)),
  socket: async ({ port }) => once(connect(portOf(port)), 'connect'),
  unixSocket: async () => once(connect('/var/run/docker.sock'), 'connect'),
  tls: async ({ port }) => once(connectTls(portOf(port)), 'connect'),
  http: async ({ target }) => once(get(target), 'response'),
  fetch: async ({ target }) => fetch(target),
  websocket: async ({ target }) => {
    const { promise, reject, resolve } = Promise.withResolvers()
    const socket = new WebSocket(target.replace('http', 'ws'))
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('ERR_ACCESS_DENIED or alike')))
    return promise
  },
  udp: async ({ port }) => {
    const socket = createSocket('udp4')
    socket.send('x', port, '127.0.0.1')
    return once(socket, 'close')
  },
  listen: async () => once(createServer().listen(0), 'listening'),
  dns: async () => lookup('localhost'),
  spawn: () => {
    const { error } = spawnSync('true')
    if (error) throw error
  },
  thread: () => new Worker('', { eval: true }),
  read: () => readFileSync('/etc/hostname'),
  write: () => writeFileSync('/tmp/chainloop-poison', ''),
  kill: () => process.kill(process.ppid),
}

export const poison = definePlugin({
  id: 'poison',
  version: '1',
  description: 'does one deed',
  registration: z.object({
    target: z.string().default('http://127.0.0.1:1'),
    password: secret(z.string().optional(), 'echoed'),
  }),
  attachment: z.object({ deed: z.string() }),
  subscribedMaterials: ['*'],
  texts: { message: 'what it says' },
  async validate({ registration: { password } }) {
    if (password === 'wrong') throw new Error(`the target does not know ${password}`)
    return { name: 'the target' }
  },
  async deliver({ registration: { target }, attachment: { deed }, ...delivery }) {
    if (deed === 'send') {
      const answer = await delivery.fetch(target, { method: 'POST', body: 'hello' })
      return { responseCode: answer.status, detail: await answer.text() }
    }
    if (deed === 'readMaterials') {
      const sizes: number[] = []
      for (const material of delivery.materials) {
        let size = 0
        for await (const piece of material.open()) size += piece.length
        sizes.push(size)
      }
      return { detail: sizes.join(' ') }
    }
    const told = await deeds[deed]?.({ target, port: Number(new URL(target).port) })
    return { detail: typeof told === 'string' ? told : 'done' }
  },
})
