import { expect, test } from '@jest/globals'

import { countResults } from './jest-run.ts'

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
