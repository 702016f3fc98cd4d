import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { afterAll, expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { exampleMaterial } from '../testing/material.ts'
import { createEvaluator } from './evaluator.ts'
import { checkExpressions, narrow } from './narrow.ts'

const evaluator = createEvaluator({ jobMs: 1_000 })
afterAll(async () => evaluator[Symbol.asyncDispose]())

const attestation: DeliveredAttestation = {
  ...exampleAttestation,
  annotations: { tier: 'gold' },
  policies: {
    status: 'warning',
    evaluations: [
      {
        name: 'licenses',
        material: 'sbom',
        gate: false,
        skipped: false,
        skipReasons: [],
        violations: [{ subject: 'licenses', message: 'no licence' }],
      },
    ],
  },
}

const materials = [
  exampleMaterial('sbom', { annotations: { for: 'dtrack' } }),
  exampleMaterial('scan', { name: 'scan', kind: 'SARIF' }),
]

const narrowed = async (attachment: Record<string, string>, of = attestation) => {
  const found = await narrow(evaluator, { attachment, attestation: of, materials })
  return found.skipped ?? { names: found.materials.map(({ name }) => name), texts: found.texts }
}

const all = { names: ['sbom', 'scan'], texts: {} }

test.each([
  [{}, all],
  [{ channel: 'of the plugin' }, all],
  [{ filter_project: 'shop,other', filter_version: 'v*' }, all],
  [{ filter_project: 'other' }, 'project shop is not in filter_project'],
  [{ filter_version: 'v2.*' }, 'version v1 is not in filter_version'],
  [{ filter_annotations: 'tier=gold' }, all],
  [{ filter_annotations: 'tier=tin' }, 'the annotations are not those of filter_annotations'],
  [{ filter_policy_status: 'blocked, warning' }, all],
  [{ filter_policy_status: 'passed' }, 'policy status warning is not in filter_policy_status'],
  [{ filter_materials: 'SARIF' }, { names: ['scan'], texts: {} }],
  [{ filter_materials: 'SBOM_*' }, { names: ['sbom'], texts: {} }],
  [{ filter_material_annotations: 'for=dtrack' }, { names: ['sbom'], texts: {} }],
  [
    { filter_materials: 'JUNIT_XML' },
    'no material passes filter_materials and filter_material_annotations',
  ],
  [{ filter_expression: "materials.exists(m, m.kind == 'SARIF')" }, all],
  [{ filter_expression: 'policies.violations == 1 && images.size() == 0' }, all],
  [
    { filter_expression: "attestation.annotations['tier'] == 'tin'" },
    'filter_expression is false for this attestation',
  ],
])('%j', async (attachment, expected) => {
  expect(await narrowed(attachment as Record<string, string>)).toEqual(expected)
})

test('templates are rendered with what the attestation says', async () => {
  const { texts } = Object(
    await narrowed({
      template_title: '{{ project.name }} {{project.version}}: {{ policies.violations }} found',
      template_body: "{{ materials.map(m, m.name).join(', ') }}",
      template_plain: 'no braces',
    }),
  )

  expect(texts).toEqual({ title: 'shop v1: 1 found', body: 'sbom, scan', plain: 'no braces' })
})

test.each([
  [{ filter_expression: 'attestation.annotations.nope == 1' }, /^filter_expression: .*nope/],
  [{ filter_expression: 'project.name' }, /^filter_expression: it gives no true or false/],
  [{ template_x: '{{ materials }}' }, /^template_x: it gives neither a text/],
  [{ template_x: '{{ project.name' }, /^template_x: a \{\{ has no \}\}/],
])('an attachment that cannot be evaluated delivers nothing: %j', async (attachment, message) => {
  await expect(narrowed(attachment as Record<string, string>)).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringMatching(message),
  })
})

test('an expression that takes too long ends, and the next one is answered', async () => {
  const many = '[1,2,3,4,5,6,7,8,9,10]'
  const deep = Array.from({ length: 12 }, (_, at) => `${many}.exists(v${at}, `).join('')
  const bomb = { filter_expression: `${deep}false${')'.repeat(12)}` }

  const endless = narrowed(bomb)
  const next = narrowed({ filter_expression: 'true' })

  await expect(endless).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringContaining('more time or memory'),
  })
  expect(await next).toEqual(all)
})

test('who asks about policies waits for them', async () => {
  const open = { ...attestation, policies: { status: 'evaluating' as const, evaluations: [] } }

  await expect(narrowed({ filter_policy_status: 'passed' }, open)).rejects.toMatchObject({
    errorClass: 'throttled',
    retryAfterMs: 5_000,
  })
  await expect(narrowed({ template_x: '{{ policies.status }}' }, open)).rejects.toMatchObject({
    errorClass: 'throttled',
  })
  expect(await narrowed({ filter_project: 'shop' }, open)).toEqual(all)
})

test('what can never have a value is known beforehand', async () => {
  await checkExpressions(evaluator, { filter_expression: 'policies.status == "passed"' })
  await checkExpressions(evaluator, {})

  await expect(checkExpressions(evaluator, { filter_expression: 'a b' })).rejects.toThrow(
    /^filter_expression: /,
  )
  await expect(checkExpressions(evaluator, { template_text: '{{ ( }}' })).rejects.toThrow(
    /^template_text: /,
  )
})
