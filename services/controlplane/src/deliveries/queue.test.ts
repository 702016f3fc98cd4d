import { expect, test } from '@jest/globals'

import { retryPolicy } from './queue.ts'

/** The queue's own formula, with `random` between 0 and 1. */
function totalPauseHours(random: number): number {
  const { retryLimit, retryDelay, retryDelayMax } = retryPolicy
  const pauses = Array.from({ length: retryLimit }, (_, tries) => {
    const half = (retryDelay * 2 ** Math.min(16, tries + 1)) / 2
    return Math.min(retryDelayMax, half + half * random)
  })
  return pauses.reduce((sum, pause) => sum + pause, 0) / 3600
}

test('a target may be down for about a day', () => {
  expect(totalPauseHours(0)).toBeGreaterThan(22)
  expect(totalPauseHours(1)).toBeLessThan(26)
})
