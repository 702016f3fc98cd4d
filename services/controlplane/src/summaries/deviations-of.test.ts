import { expect, test } from '@jest/globals'

import { deviationsOf } from './deviations-of.ts'

const exception = {
  exceptionId: 'e1',
  policy: 'no-critical',
  reason: 'a fix is on its way',
  material: 'scan',
  violations: ['CVE-1'],
  expiresAt: new Date(),
  requestedBy: 'ada',
  approvedBy: ['grace', 'joan'],
}
const policy = {
  status: 'passed' as const,
  total: 1,
  passed: 1,
  skipped: 0,
  violations: 0,
  suppressed: 1,
  hasGates: true,
}
const run = { policy, createdBy: 'user:ada' }

test('C22: an exception stands in the summary once, with who approved it', () => {
  expect(deviationsOf(run, [exception, { ...exception, material: 'sbom' }])).toEqual([
    {
      type: 'exception',
      policy: 'no-critical',
      reason: 'a fix is on its way',
      by: 'grace, joan',
    },
  ])
})

test('C22: so does a gate that was passed over, with whose run it was', () => {
  const bypassed = { ...run, policy: { ...policy, status: 'bypassed' as const } }

  expect(deviationsOf(run, [])).toEqual([])
  expect(deviationsOf(bypassed, [])).toMatchObject([{ type: 'break-glass', by: 'user:ada' }])
})
