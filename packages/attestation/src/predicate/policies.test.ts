import { expect, test } from '@jest/globals'

import type { PolicyAttachment } from '../contract/contract.ts'
import { evaluation, state } from './example-state.test.fixture.ts'
import { isNotEvaluated, summarizePolicies } from './policy-summary.ts'
import { unevaluatedPolicies } from './unevaluated-policies.ts'

const attachment: PolicyAttachment = {
  ref: 'file://policies/fresh.yaml@sha256:ab',
  disabled: false,
  with: { days: '30' },
  requirements: [],
}
const reason = 'this version evaluates no policies'
const violation = { subject: 's', message: 'm', suppressed: false }

test('every attached policy and group appears, skipped, with the reason', () => {
  const evaluations = unevaluatedPolicies(
    {
      policies: {
        materials: [{ ...attachment, selector: { name: 'sbom', matchMode: 'EXACT' } }],
        attestation: [
          { ...attachment, ref: 'provider:acme/signed-commits' },
          { disabled: false, with: {}, requirements: [], embedded: { metadata: { name: 'mine' } } },
        ],
      },
      policyGroups: [{ ref: 'sbom-quality', with: {}, skip: [] }],
    },
    { gateByDefault: false, reason },
  )

  expect(evaluations.map(({ name, materialName }) => [name, materialName])).toEqual([
    ['fresh', 'sbom'],
    ['signed-commits', undefined],
    ['mine', undefined],
    ['sbom-quality', undefined],
  ])
  expect(evaluations.every(isNotEvaluated)).toBe(true)
  expect(evaluations[0]?.skipReasons).toEqual([`not evaluated: ${reason}`])
})

test.each<[boolean | undefined, boolean, boolean]>([
  [undefined, false, false],
  [undefined, true, true],
  [false, true, false],
  [true, false, true],
])(
  'a policy with gate %s blocks in an organization with %s: %s',
  (gate, gateByDefault, blocked) => {
    const policyEvaluations = unevaluatedPolicies(
      {
        policies: {
          materials: [],
          attestation: [{ ...attachment, ...(gate !== undefined && { gate }) }],
        },
        policyGroups: [],
      },
      { gateByDefault, reason },
    )
    const summary = summarizePolicies({ ...state, policyEvaluations })

    expect(summary.blocked).toBe(blocked)
    expect(summary.blockers).toEqual(
      blocked
        ? [`the policy "fresh" is configured as a gate and was not evaluated: ${reason}`]
        : [],
    )
  },
)

test('a disabled policy is no gate', () => {
  const [disabled] = unevaluatedPolicies(
    {
      policies: { materials: [{ ...attachment, disabled: true, gate: true }], attestation: [] },
      policyGroups: [],
    },
    { gateByDefault: true, reason },
  )

  expect(disabled).toMatchObject({ gate: false, skipReasons: ['disabled by the contract'] })
})

test.each([
  ['a violated gate', { gate: true, violations: [violation] }, false, true],
  ['a violation without a gate', { violations: [violation] }, false, false],
  ['a violation where the organization blocks', { violations: [violation] }, true, true],
  [
    'a suppressed one',
    { gate: true, violations: [{ ...violation, suppressed: true }] },
    true,
    false,
  ],
  ['one that is in shadow mode', { shadow: true, violations: [violation] }, true, false],
  [
    'a gate without a verdict for which there is an exception',
    { gate: true, skipped: true, skipReasons: ['not evaluated: x'], exceptions: ['id'] },
    true,
    false,
  ],
  [
    'a gate that was skipped with a reason',
    { gate: true, skipped: true, skipReasons: ['n/a'] },
    true,
    false,
  ],
])('%s: blocked is %4$s', (_, fields, blockOnPolicyViolation, blocked) => {
  const given = {
    ...state,
    policyEvaluations: [{ ...evaluation, ...fields }],
    blockOnPolicyViolation,
  }

  expect(summarizePolicies(given).blocked).toBe(blocked)
  expect(summarizePolicies({ ...given, bypassPolicyCheck: true }).blocked).toBe(false)
})
