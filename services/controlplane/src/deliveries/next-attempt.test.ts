import { expect, test } from '@jest/globals'

import { nextAttempt } from './next-attempt.ts'

const start = new Date('2026-11-23T10:00:00Z')
const day = 86_400_000

/** Pauses in milliseconds until the delivery is given up. */
function pauses(random: number, retryForMs = day): number[] {
  const found: number[] = []
  let now = start
  for (;;) {
    const failed = {
      attempts: found.length + 1,
      firstAttemptAt: start,
      retryForMs,
      retryAfterMs: 0,
    }
    const next = nextAttempt(failed, { now, random, pauseMs: 10_000 })
    if (!next) return found
    found.push(next.getTime() - now.getTime())
    now = next
  }
}

test.each([0, 0.5, 0.999])('a target may be down for exactly a day (%f)', (random) => {
  const all = pauses(random)

  expect(all.reduce((sum, pause) => sum + pause, 0)).toBe(day)
  expect(all.length).toBeGreaterThan(24)
  expect(all.length).toBeLessThan(60)
})

test('pauses double up to an hour, and are spread', () => {
  expect(pauses(0).slice(0, 4)).toEqual([5000, 10_000, 20_000, 40_000])
  expect(pauses(0.999).slice(0, 2).map(Math.round)).toEqual([9995, 19_990])
  expect(Math.max(...pauses(0.999))).toBeLessThanOrEqual(3_600_000)
})

test('an attachment can have a time of its own', () => {
  expect(pauses(0, 60_000).reduce((sum, pause) => sum + pause, 0)).toBe(60_000)
})

test('a target that asks for time gets it, even beyond that', () => {
  const failed = { attempts: 1, firstAttemptAt: start, retryForMs: 60_000, retryAfterMs: 3_600_000 }

  const next = nextAttempt(failed, { now: start, random: 0, pauseMs: 10_000 })

  expect(next?.getTime()).toBe(start.getTime() + 3_600_000)
})
