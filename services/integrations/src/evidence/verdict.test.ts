import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { verdictOf, verdictText } from './verdict.ts'

const withPredicate = (predicate: unknown) =>
  verdictOf({ ...exampleAttestation, statement: { predicate } })

test('violations are counted and named', () => {
  const verdict = withPredicate({
    policyEvaluationsCount: 2,
    policyViolationsCount: 1,
    policyHasViolations: true,
    policyAttBlocked: true,
    policyEvaluations: {
      sbom: [{ name: 'licenses', violations: [{ subject: 'x', message: 'GPL found' }] }],
      'CHAINLOOP.ATTESTATION': [{ name: 'signed' }],
    },
  })

  expect(verdict).toEqual({
    evaluations: 2,
    violations: 1,
    blocked: true,
    messages: ['licenses: GPL found'],
  })
  expect(verdictText(verdict)).toBe('Blocked: 1 policy violation')
})

test('violations that are listed elsewhere are counted all the same', () => {
  expect(withPredicate({ policyEvaluationsCount: 1, policyHasViolations: true })).toMatchObject({
    violations: 1,
    messages: [],
  })
})

test.each([
  [{}, 'Attested; no policies'],
  ['nonsense', 'Attested; no policies'],
  [{ policyEvaluationsCount: 3 }, 'Attested; policies hold'],
  [{ policyEvaluationsCount: 3, policyAttBlocked: true }, 'Blocked by a policy gate'],
  [{ policyEvaluationsCount: 3, policyViolationsCount: 2 }, 'Attested; 2 policy violations'],
])('%j is said as %s', (predicate, text) => {
  expect(verdictText(withPredicate(predicate))).toBe(text)
})
