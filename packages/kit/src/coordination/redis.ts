import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'

import type { Logger } from '../logger.ts'
import type { Coordination } from './coordination.ts'
import { fanOut, type FanOut } from './fan-out.ts'
import { limiter } from './limiter.ts'

export interface RedisCoordinationOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string
  readonly log: Logger
  /** In front of every key and channel; `chainloop:` when absent. */
  readonly prefix?: string
}

const HEARTBEAT_MS = 5000
const FORGET_EVERY_MS = 1000

/** For any number of processes. Starts and goes on without Redis, and says so in the log. */
export function createRedisCoordination({
  url,
  log,
  prefix = 'chainloop:',
}: RedisCoordinationOptions): Coordination {
  const commands = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2000,
  })
  const bus = new Redis(url, { maxRetriesPerRequest: null, socketTimeout: 3 * HEARTBEAT_MS })
  const invalidations = fanOut()
  const events = fanOut()
  const stopWatching = forgetWhileLost(bus, invalidations)
  reportState(commands, log)
  reportState(bus, log)

  route(bus, { [`${prefix}forget:`]: invalidations, [`${prefix}event:`]: events })

  const attempt = attempting(log)
  const send = async (channel: string, message: string): Promise<boolean> =>
    (await attempt(channel, () => commands.publish(channel, message))) !== undefined

  return {
    limit: limiter(
      ({ points, windowSeconds }) =>
        new RateLimiterRedis({
          storeClient: commands,
          keyPrefix: `${prefix}limit:${points}/${windowSeconds}`,
          points,
          duration: windowSeconds,
          rejectIfRedisNotReady: true,
          insuranceLimiter: new RateLimiterMemory({ points, duration: windowSeconds }),
        }),
    ),
    async invalidate(channel, key) {
      // At once here; others hear it from Redis, or have lost the bus too and forget everything.
      invalidations.send(channel, key)
      await send(`${prefix}forget:${channel}`, key)
    },
    onInvalidate: (channel, callback) => invalidations.listen(channel, callback),
    async publish(topic, message) {
      // Without Redis, listeners of this process are better than none.
      if (!(await send(`${prefix}event:${topic}`, message))) events.send(topic, message)
    },
    subscribe: (topic, signal) => events.iterate(topic, signal),
    ...notes(commands, `${prefix}note:`, attempt),
    async [Symbol.asyncDispose]() {
      stopWatching()
      commands.disconnect()
      bus.disconnect()
    },
  }
}

type Attempt = <T>(what: string, command: () => Promise<T>) => Promise<T | undefined>

/** What needs Redis is skipped without it. */
function attempting(log: Logger): Attempt {
  return async (what, command) => {
    try {
      return await command()
    } catch (cause) {
      log.warn({ err: cause, what }, 'coordination is lost')
      return undefined
    }
  }
}

function notes(
  commands: Redis,
  prefix: string,
  attempt: Attempt,
): Pick<Coordination, 'remember' | 'recall' | 'forget'> {
  return {
    async remember(key, value, seconds) {
      const lifetimeMs = Math.ceil(seconds * 1000)
      await attempt('remember', () => commands.set(prefix + key, value, 'PX', lifetimeMs))
    },
    async recall(key) {
      return (await attempt('recall', () => commands.get(prefix + key))) ?? undefined
    },
    async forget(key) {
      await attempt('forget', () => commands.del(prefix + key))
    },
  }
}

/** Hands on what Redis says, by the start of the channel's name. */
function route(bus: Redis, targets: Readonly<Record<string, FanOut>>): void {
  // Subscriptions are repeated by the library after every reconnect.
  void bus
    .psubscribe(...Object.keys(targets).map((start) => `${escapeGlob(start)}*`))
    .catch(() => {})
  bus.on('pmessage', (_pattern: string, channel: string, message: string) => {
    for (const [start, target] of Object.entries(targets)) {
      if (channel.startsWith(start)) target.send(channel.slice(start.length), message)
    }
  })
}

/** Messages that pass while the bus is down are gone, so caches must not outlive it. */
function forgetWhileLost(bus: Redis, invalidations: FanOut): () => void {
  const forgetAll = (): void => {
    for (const channel of invalidations.topics()) invalidations.send(channel, undefined)
  }
  bus.on('close', forgetAll)
  bus.on('ready', forgetAll)
  const heartbeat = setInterval(() => {
    // Pings make a dead peer visible: without any answer the socket times out and closes.
    if (bus.status === 'ready') bus.ping().catch(() => {})
  }, HEARTBEAT_MS)
  const forget = setInterval(() => {
    if (bus.status !== 'ready') forgetAll()
  }, FORGET_EVERY_MS)
  heartbeat.unref()
  forget.unref()
  return () => {
    bus.off('close', forgetAll)
    clearInterval(heartbeat)
    clearInterval(forget)
  }
}

/** Once per change, not once per attempt to reconnect. */
function reportState(connection: Redis, log: Logger): void {
  let lost = false
  connection.on('error', (err: unknown) => {
    if (!lost) log.warn({ err }, 'Redis is not reachable, going on without it')
    lost = true
  })
  connection.on('ready', () => {
    if (lost) log.info({}, 'Redis is back')
    lost = false
  })
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, '\\$&')
}
