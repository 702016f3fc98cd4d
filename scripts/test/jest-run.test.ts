import { expect, test } from '@jest/globals'

import { countResults, withSecondLook } from './jest-run.ts'

const file = (
  status: string,
  ...tests: string[]
): Parameters<typeof countResults>[0]['testResults'][number] => ({
  name: '/x/y.test.ts',
  status,
  assertionResults: tests.map((each, at) => ({ fullName: `test ${at}`, status: each })),
})

test('tests are counted by what became of them', () => {
  const report = {
    success: false,
    testResults: [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')],
  }
  const { passed, failed, skipped } = countResults(report, 1)
  expect({ passed, failed, skipped: skipped.length }).toEqual({ passed: 2, failed: 1, skipped: 2 })
})

test('a file that cannot be loaded counts as failed', () => {
  expect(countResults({ success: false, testResults: [file('failed')] }, 1).failed).toBe(1)
  expect(countResults({ success: false, testResults: [file('failed', 'passed')] }, 1).failed).toBe(
    1,
  )
})

test('jest failing without a failed test still counts as one', () => {
  expect(countResults({ success: true, testResults: [file('passed', 'passed')] }, 1).failed).toBe(1)
})

test('a file that holds when it is run again counts as it did then, and is named', () => {
  const first = {
    success: false,
    testResults: [
      { ...file('failed', 'passed', 'failed', 'pending'), name: '/x/unsteady.test.ts' },
      { ...file('failed', 'failed'), name: '/x/broken.test.ts' },
      { ...file('passed', 'passed'), name: '/x/steady.test.ts' },
    ],
  }
  const again = {
    success: false,
    testResults: [
      { ...file('passed', 'passed', 'passed', 'pending'), name: '/x/unsteady.test.ts' },
      { ...file('failed', 'failed'), name: '/x/broken.test.ts' },
    ],
  }

  const { passed, failed, skipped, unsteady } = withSecondLook(first, { report: again, code: 1 })
  expect({ passed, failed, skipped: skipped.length }).toEqual({ passed: 3, failed: 1, skipped: 1 })
  expect(unsteady).toMatchObject([{ file: expect.stringMatching(/unsteady/), title: 'test 1' }])
})
