import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import type { Coordination } from './coordination.ts'

/** What every implementation must do. `open` is called for two replicas that share one world. */
export function describeCoordination(
  name: string,
  open: () => Promise<readonly [Coordination, Coordination]>,
): void {
  describe(`coordination (${name})`, () => {
    let here: Coordination
    let there: Coordination
    const topic = (): string => randomUUID()

    beforeAll(async () => {
      ;[here, there] = await open()
    })
    afterAll(async () => {
      await here[Symbol.asyncDispose]()
      await there[Symbol.asyncDispose]()
    })

    test('a limit counts the uses of all replicas, and says when to come back', async () => {
      const key = topic()
      const limit = { points: 3, windowSeconds: 60 }
      const outcomes = [
        await here.limit(key, limit),
        await there.limit(key, limit),
        await here.limit(key, limit),
        await there.limit(key, limit),
      ]

      expect(outcomes.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
      expect(outcomes[0]?.retryAfterMs).toBe(0)
      expect(outcomes[3]?.retryAfterMs).toBeGreaterThan(50_000)
      expect(outcomes[3]?.retryAfterMs).toBeLessThanOrEqual(60_000)
    })

    test('uses at the same moment are counted one by one', async () => {
      const key = topic()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? here : there).limit(key, { points: 7, windowSeconds: 60 }),
        ),
      )

      expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(7)
    })

    test('limits of other keys and other sizes do not mix', async () => {
      const key = topic()
      const once = { points: 1, windowSeconds: 60 }

      expect(await here.limit(key, once)).toMatchObject({ allowed: true })
      expect(await here.limit(key, once)).toMatchObject({ allowed: false })
      expect(await here.limit(`${key}2`, once)).toMatchObject({ allowed: true })
      expect(await here.limit(key, { points: 1, windowSeconds: 30 })).toMatchObject({
        allowed: true,
      })
    })

    test('what one replica notes another recalls, until it is forgotten or runs out', async () => {
      const [kept, short] = [topic(), topic()]
      await here.remember(kept, 'first', 60)
      await here.remember(kept, 'second', 60)
      await here.remember(short, 'soon gone', 0.05)

      expect(await there.recall(kept)).toBe('second')
      while ((await there.recall(short)) !== undefined) await sleep(5)
      await there.forget(kept)
      expect(await here.recall(kept)).toBeUndefined()
      expect(await here.recall(topic())).toBeUndefined()
    })

    test('an invalidation reaches every replica, the sender included, and only its channel', async () => {
      const [channel, other] = [topic(), topic()]
      const seen: string[] = []
      using _a = here.onInvalidate(channel, (key) => seen.push(`here ${key}`))
      using _b = there.onInvalidate(channel, (key) => seen.push(`there ${key}`))
      using _c = there.onInvalidate(other, (key) => seen.push(`other ${key}`))

      await here.invalidate(channel, 'token-1')
      await until(() => seen.includes('there token-1'))

      expect(new Set(seen)).toEqual(new Set(['here token-1', 'there token-1']))
    })

    test('after disposal an invalidation is not heard any more', async () => {
      const channel = topic()
      const [ended, live]: [string[], string[]] = [[], []]
      here.onInvalidate(channel, (key) => ended.push(String(key)))[Symbol.dispose]()
      using _ = here.onInvalidate(channel, (key) => live.push(String(key)))

      await there.invalidate(channel, 'x')
      await until(() => live.length > 0)

      expect(ended).toEqual([])
    })

    test('events arrive in order at every subscriber until its signal aborts', async () => {
      const events = topic()
      const left = new AbortController()
      const reader = collect(here.subscribe(events, left.signal), left, 'last')

      await announce(there, events, reader)
      for (const message of ['one', 'two', 'last']) await there.publish(events, message)

      expect((await reader.done).filter((message) => message !== 'hello')).toEqual([
        'one',
        'two',
        'last',
      ])
    })

    test('a reader that does not keep up misses the oldest events, and memory stays bounded', async () => {
      const events = topic()
      const left = new AbortController()
      const iterator = here.subscribe(events, left.signal)[Symbol.asyncIterator]()
      const first = iterator.next()
      const hello = setInterval(() => void there.publish(events, 'hello'), 5)
      await first
      clearInterval(hello)

      for (let index = 0; index < 400; index++) await there.publish(events, String(index))
      const seen: string[] = []
      while (seen.at(-1) !== '399') seen.push(String((await iterator.next()).value))
      left.abort()

      // Whatever arrives while it catches up comes on top of what was kept.
      expect(seen.length).toBeLessThan(400)
      expect(seen).not.toContain('0')
      expect((await iterator.next()).done).toBe(true)
    })
  })
}

interface Reader {
  readonly seen: string[]
  readonly done: Promise<string[]>
}

function collect(events: AsyncIterable<string>, left: AbortController, last: string): Reader {
  const seen: string[] = []
  const read = async (): Promise<string[]> => {
    for await (const message of events) {
      seen.push(message)
      if (message === last) left.abort()
    }
    return seen
  }
  return { seen, done: read() }
}

/** Subscriptions take a moment to arrive in a real bus: speak until heard. */
async function announce(from: Coordination, topic: string, reader: Reader): Promise<void> {
  while (reader.seen.length === 0) {
    await from.publish(topic, 'hello')
    await sleep(5)
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}
