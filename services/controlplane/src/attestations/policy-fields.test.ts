import type { Predicate } from '@chainloop/attestation/predicate/predicate'
import { expect, test } from '@jest/globals'

import type { PolicySummary } from '../runs/run.ts'
import type { FieldStatus } from './field-status.ts'
import { policyFields } from './policy-fields.ts'

const claimed = (name: string): FieldStatus => ({
  field: `predicate.${name}`,
  source: 'job',
  verified: false,
})
const summary: PolicySummary = {
  status: 'blocked',
  total: 2,
  passed: 1,
  skipped: 0,
  violations: 1,
  suppressed: 0,
  hasGates: true,
}
const found = { differences: [], finishedAt: new Date(), summary }
// As much of a predicate as is looked at.
const says = (claims: Partial<Predicate>): Predicate => claims as Predicate

test('C9: what the job says of policies is verified where the server found exactly that', () => {
  const fields = [claimed('policyViolationsCount'), claimed('policyAttBlocked'), claimed('env')]

  expect(
    policyFields(fields, says({ policyViolationsCount: 1, policyAttBlocked: true }), found),
  ).toEqual([
    { field: 'predicate.policyViolationsCount', source: 'policies', verified: true },
    { field: 'predicate.policyAttBlocked', source: 'policies', verified: true },
    claimed('env'),
  ])
})

test('C9: where it found something else, the claim stays one and says what the difference is', () => {
  const differences = ['fresh on sbom: the job says that it passed; it was violated']

  const [field] = policyFields([claimed('policyAttBlocked')], says({ policyAttBlocked: false }), {
    ...found,
    differences,
  })

  expect(field).toEqual({
    ...claimed('policyAttBlocked'),
    detail: `the policies came to blocked; ${differences[0]}`,
  })
})

test('C9: a wish of the job and its words about single policies are never verified', () => {
  const fields = [claimed('policyBlockBypassEnabled'), claimed('policyEvaluations')]
  const wishes = says({ policyBlockBypassEnabled: true, policyEvaluations: {} })

  expect(policyFields(fields, wishes, found)).toEqual(fields)
})

test('nothing is verified while policies are still being evaluated', () => {
  const [field] = policyFields(
    [claimed('policyViolationsCount')],
    says({ policyViolationsCount: 1 }),
    { ...found, finishedAt: undefined },
  )

  expect(field).toMatchObject({
    verified: false,
    detail: expect.stringContaining('still being evaluated'),
  })
})
