import { expect, test } from '@jest/globals'

import type { FieldStatus } from './field-status.ts'
import { policyFields } from './policy-fields.ts'

const claimed = (field: string): FieldStatus => ({ field, source: 'job', verified: false })
const COUNT = 'predicate.policyViolationsCount'

test('what the job says of policies is verified where the server found the same', () => {
  const found = { differences: [], finishedAt: new Date() }
  const other = claimed('predicate.env')

  expect(policyFields([claimed(COUNT), other], found)).toEqual([
    { field: COUNT, source: 'policies', verified: true },
    other,
  ])
})

test('where it found something else, the claim stays one and says what the difference is', () => {
  const found = {
    differences: ['fresh on sbom: the job says that it passed'],
    finishedAt: new Date(),
  }

  expect(policyFields([claimed(COUNT)], found)).toEqual([
    { ...claimed(COUNT), detail: found.differences[0] },
  ])
})

test('nothing is verified while policies are still being evaluated, and how they block is not theirs to say', () => {
  const strategy: FieldStatus = {
    field: 'predicate.policyCheckBlockingStrategy',
    source: 'organization',
    verified: true,
  }

  const [count, kept] = policyFields([claimed(COUNT), strategy], {
    differences: [],
    finishedAt: undefined,
  })

  expect(count).toMatchObject({ verified: false, detail: expect.stringContaining('evaluated') })
  expect(kept).toBe(strategy)
})
