import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, expect, test } from '@jest/globals'

import { silentLogger } from '../logger.ts'
import {
  freePort,
  hasRedis,
  hasRedisBinary,
  redisServer,
  startRedis,
} from '../testing/redis-server.ts'
import { describeCoordination } from './coordination-contract.ts'
import { createRedisCoordination } from './redis.ts'

const log = silentLogger
const testWithBinary = hasRedisBinary() ? test : test.skip

if (hasRedis()) {
  const server = await redisServer()
  const prefix = `test-${randomUUID()}:[a*b]`
  afterAll(async () => server[Symbol.asyncDispose]())

  describeCoordination('redis', async () => {
    const open = () => createRedisCoordination({ url: server.url, log, prefix })
    const pair = [open(), open()] as const
    // Both must hear the bus before the suite speaks on it.
    for (const side of pair) await ready(side)
    return pair
  })
} else {
  test.skip('coordination (redis) needs TEST_REDIS_URL or redis-server on the path', () => {
    expect(hasRedis()).toBe(true)
  })
}

testWithBinary(
  'when Redis dies limits count per process and caches forget everything; both recover',
  async () => {
    await using first = await startRedis(await freePort())
    await using coordination = createRedisCoordination({ url: first.url, log })
    await ready(coordination)
    const limit = { points: 1, windowSeconds: 60 }
    const heard: (string | undefined)[] = []
    using _ = coordination.onInvalidate('tokens', (key) => heard.push(key))
    expect(await coordination.limit('k', limit)).toMatchObject({ allowed: true })

    await first.kill?.()
    await until(() => heard.includes(undefined))

    expect(await coordination.limit('k', limit)).toMatchObject({ allowed: true })
    expect(await coordination.limit('k', limit)).toMatchObject({ allowed: false })
    await coordination.invalidate('tokens', 'mine')
    expect(heard).toContain('mine')

    heard.length = 0
    await using second = await startRedis(first.port)
    await ready(coordination)

    expect(heard).toContain(undefined)
    expect(second.port).toBe(first.port)
  },
)

testWithBinary('a Redis that is absent at start is no reason not to start', async () => {
  const nowhere = `redis://127.0.0.1:${await freePort()}`
  await using coordination = createRedisCoordination({ url: nowhere, log })

  expect(await coordination.limit('k', { points: 1, windowSeconds: 60 })).toMatchObject({
    allowed: true,
  })
  await coordination.publish('topic', 'nobody hears it')
})

/** Speaks through Redis until its own echo comes back twice: once is the local shortcut. */
async function ready(coordination: ReturnType<typeof createRedisCoordination>): Promise<void> {
  const channel = randomUUID()
  let echoes = 0
  using _ = coordination.onInvalidate(channel, (key) => {
    if (key === 'echo') echoes += 1
  })
  for (let sent = 0; echoes <= sent; sent++) {
    await coordination.invalidate(channel, 'echo')
    await sleep(10)
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}
