import { expect, test } from '@jest/globals'

import { violatedPolicies } from '../testing/evidence.ts'
import { verdictOf } from './verdict.ts'

const held = { ...violatedPolicies('warning').evaluations[0], violations: [] }

test('violations are counted and named', () => {
  expect(verdictOf(violatedPolicies('blocked'))).toEqual({
    blocked: true,
    violations: ['licenses: GPL found'],
    text: 'Blocked: 1 policy violation',
  })
})

test.each([
  [{ status: 'not_applicable', evaluations: [] }, 'Attested; no policies'],
  [{ status: 'passed', evaluations: [held] }, 'Attested; policies hold'],
  [{ status: 'blocked', evaluations: [held] }, 'Blocked by a policy gate'],
  [violatedPolicies('warning'), 'Attested; 1 policy violation'],
])('%j is said as %s', (policies, text) => {
  expect(verdictOf(policies as never).text).toBe(text)
})

test('without a verdict there is nothing to say yet', () => {
  expect(() => verdictOf({ status: 'evaluating', evaluations: [] })).toThrow(
    expect.objectContaining({ errorClass: 'throttled' }),
  )
})
