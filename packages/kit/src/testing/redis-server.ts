import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { Redis } from 'ioredis'

export interface RedisServer extends AsyncDisposable {
  readonly url: string
  /** Ends the process at once, as a crash would; absent for a server that we did not start. */
  readonly kill?: () => Promise<void>
  readonly port: number
}

/** Whether tests can have a Redis: a given one, or one that they start. */
export function hasRedis(): boolean {
  return Boolean(process.env['TEST_REDIS_URL']) || hasRedisBinary()
}

/** Tests that stop and start the server need one of their own. */
export function hasRedisBinary(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0
}

/** `TEST_REDIS_URL` as it is, else a server of our own that keeps nothing. */
export async function redisServer(): Promise<RedisServer> {
  const given = process.env['TEST_REDIS_URL']
  if (given)
    return { url: given, port: Number(new URL(given).port), [Symbol.asyncDispose]: async () => {} }
  return startRedis(await freePort())
}

export async function startRedis(port: number): Promise<RedisServer> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  await answering(port)
  return { url: `redis://127.0.0.1:${port}`, port, kill, [Symbol.asyncDispose]: kill }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answering(port: number): Promise<void> {
  const probe = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null })
  probe.on('error', () => {})
  for (;;) {
    try {
      await probe.connect()
      await probe.ping()
      break
    } catch {
      await sleep(20)
    }
  }
  probe.disconnect()
}
