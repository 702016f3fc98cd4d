import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { expect, test } from '@jest/globals'

import { withGroupMaterials } from './group-materials.ts'

const group = (materials: string) =>
  Buffer.from(`apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata: {name: release}
spec:
  inputs: [{name: sbom, default: bom}, {name: scan, required: true}]
  policies:
    materials: ${materials}
`)

function effective(spec: string, materials: string) {
  const { contract } = parseContract(
    Buffer.from(
      `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: {name: web}\nspec: ${spec}\n`,
    ),
  )
  const result = withGroupMaterials(contract, () => group(materials))
  const shown = result.contract.spec.materials.map(
    ({ name, type, optional }) => `${name} ${type}${optional ? ' optional' : ''}`,
  )
  return { materials: shown, warnings: result.warnings }
}

const attach = (given: string) => `{policyGroups: [{ref: "file://g.yaml", with: ${given}}]}`

test('the named materials of a group become those of the contract', () => {
  const given = `[{type: SBOM_CYCLONEDX_JSON, name: "{{ inputs.sbom }}"}, {type: SARIF, name: "x-{{.inputs.scan}}", optional: true}, {type: SARIF}]`

  expect(effective(attach('{scan: go}'), given).materials).toEqual([
    'bom SBOM_CYCLONEDX_JSON',
    'x-go SARIF optional',
  ])
  expect(effective(attach('{scan: go, sbom: mine}'), given).materials[0]).toBe(
    'mine SBOM_CYCLONEDX_JSON',
  )
})

test('the contract wins, and a disagreement about the kind is told', () => {
  const own = `{materials: [{type: SARIF, name: bom, optional: true}], policyGroups: [{ref: "file://g.yaml", with: {scan: a}}]}`

  expect(effective(own, '[{type: SBOM_SPDX_JSON, name: bom}]')).toEqual({
    materials: ['bom SARIF optional'],
    warnings: ['material bom is SARIF in the contract and SBOM_SPDX_JSON in group release'],
  })
  expect(effective(own, '[{type: SARIF, name: bom}]').warnings).toEqual([])
})

test.each([
  ['{}', '[]', 'release needs the input scan'],
  ['{scan: a}', '[{name: x}]', 'needs a type'],
  [
    '{scan: a}',
    '[{type: SARIF, name: "{{ inputs.other }}"}]',
    '{{ inputs.other }} is not an input',
  ],
  [
    '{scan: a}',
    '[{type: SARIF, name: "{{ env.HOME }}"}]',
    'only {{ inputs.name }} can stand in a text',
  ],
  ['{scan: "A B"}', '[{type: SARIF, name: "{{ inputs.scan }}"}]', 'names a material "A B"'],
  ['{scan: a}', '[{type: NOPE, name: x}]', 'not a known material type'],
])('with %s a group of %s is refused', (given, materials, message) => {
  expect(() => effective(attach(given), materials)).toThrow(message)
})
