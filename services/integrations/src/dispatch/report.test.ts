import { expect, test } from '@jest/globals'

import type { ReportedAttempt } from '../control-plane.ts'
import { createReporter } from './report.ts'

function reportOf(deliveryId: string): ReportedAttempt {
  return {
    job: { id: `job-${deliveryId}`, deliveryId },
    report: {
      attempt: 1,
      durationMs: 1,
      outcome: 'delivered',
      responseCode: 200,
      detail: '',
      retryAfterMs: 0,
      ours: false,
    },
  }
}

test('what ends while a report is under way is reported together', async () => {
  const batches: string[][] = []
  const answer = Promise.withResolvers<void>()
  const reporter = createReporter({
    async report(reports) {
      batches.push(reports.map(({ job }) => job.deliveryId))
      await answer.promise
    },
  })

  const told = ['a', 'b', 'c'].map((id) => reporter.tell(reportOf(id)))
  answer.resolve()
  await Promise.all(told)

  expect(batches).toEqual([['a'], ['b', 'c']])
})

test('a report that is not heard at first is repeated', async () => {
  let asked = 0
  const reporter = createReporter(
    {
      async report() {
        asked += 1
        if (asked === 1) throw new Error('unavailable')
      },
    },
    [0],
  )

  await reporter.tell(reportOf('a'))

  expect(asked).toBe(2)
})

test('one that is refused does not take the others with it', async () => {
  const heard: string[] = []
  const reporter = createReporter(
    {
      async report(reports) {
        await Promise.resolve()
        if (reports.some(({ job }) => job.deliveryId === 'bad')) throw new Error('refused')
        heard.push(...reports.map(({ job }) => job.deliveryId))
      },
    },
    [],
  )

  const told = ['first', 'a', 'bad', 'b'].map((id) => reporter.tell(reportOf(id)))
  const outcomes = await Promise.allSettled(told)

  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(heard).toEqual(['first', 'a', 'b'])
})
