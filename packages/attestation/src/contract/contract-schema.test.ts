import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { parse } from 'yaml'

import { MATERIAL_KIND_NUMBERS } from '../materials/material-kind.ts'
import { RUNNER_TYPE_NUMBERS } from '../runners/runner-type.ts'
import { contractJsonSchema } from './contract-schema.ts'
import { contractDocument } from './contract.test.fixture.ts'
import { parseContract } from './parse-contract.ts'

const validate = new Ajv({ strictTypes: false }).compile(contractJsonSchema)

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip

const isAccepted = (text: string): boolean => {
  try {
    return parseContract(Buffer.from(text)).warnings.length === 0
  } catch {
    return false
  }
}

maybe('the schema accepts every example contract', () => {
  const folder = join(testdata ?? '', 'contracts')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ya?ml|json)$/.test(name),
  )

  expect(files.length).toBeGreaterThan(10)
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    expect([file, isAccepted(text)]).toEqual([file, true])
    validate(parse(text))
    expect([file, validate.errors]).toEqual([file, null])
  }
})

test('what the parser accepts, the schema accepts', () => {
  fc.assert(
    fc.property(contractDocument, (document) => {
      expect(isAccepted(JSON.stringify(document))).toBe(true)
      validate(document)
      expect(validate.errors).toBeNull()
    }),
    { numRuns: 200 },
  )
})

test('the schema knows every kind of material and every CI system', () => {
  const head = { apiVersion: 'chainloop.dev/v1', kind: 'Contract', metadata: { name: 'a' } }
  for (const [name, number] of Object.entries(MATERIAL_KIND_NUMBERS)) {
    for (const type of [name, number]) {
      expect([type, validate({ ...head, spec: { materials: [{ type, name: 'a' }] } })]).toEqual([
        type,
        true,
      ])
    }
  }
  for (const [name, number] of Object.entries(RUNNER_TYPE_NUMBERS)) {
    for (const type of [name, number]) {
      expect([type, validate({ ...head, spec: { runner: { type } } })]).toEqual([
        type,
        number !== 0,
      ])
    }
  }
})

const head = 'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: web }\n'

test.each([
  'kind: Contract',
  'schemaVersion: v2',
  'schemaVersion: v1\nmaterials: {}',
  'apiVersion: chainloop.dev/v2\nkind: Contract\nmetadata: { name: web }',
  'apiVersion: chainloop.dev/v1\nkind: Policy\nmetadata: { name: web }',
  'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: Not A Name }',
  'apiVersion: chainloop.dev/v1\nkind: Contract',
  `${head}spec: []`,
  `${head}spec: { materials: [{ type: SBOM, name: a }] }`,
  `${head}spec: { materials: [{ type: 0, name: a }] }`,
  `${head}spec: { materials: [{ name: a }] }`,
  `${head}spec: { materials: [{ type: SARIF }] }`,
  `${head}spec: { materials: [{ type: SARIF, name: a, optional: sometimes }] }`,
  `${head}spec: { materials: [{ type: SARIF, name: a, group: "A B" }] }`,
  `${head}spec: { materails: [] }`,
  `${head}spec: { runner: { type: RUNNER_TYPE_UNSPECIFIED } }`,
  `${head}spec: { runner: {} }`,
  `${head}spec: { envAllowList: [""] }`,
  `${head}spec: { annotations: [{ value: a }] }`,
  `${head}spec: { policies: { materials: [{}] } }`,
  `${head}spec: { policies: { materials: [{ ref: "ftp://x" }] } }`,
  `${head}spec: { policies: { materials: [{ ref: a, embedded: {} }] } }`,
  `${head}spec: { policies: { materials: [{ ref: a, requirements: [soc2] }] } }`,
  `${head}spec: { policies: { materials: [{ ref: a, with: { days: 30 } }] } }`,
  `${head}spec: { policyGroups: [{ with: {} }] }`,
])('neither the parser nor the schema accepts %j', (text) => {
  expect(isAccepted(text)).toBe(false)
  expect(validate(parse(text))).toBe(false)
})
