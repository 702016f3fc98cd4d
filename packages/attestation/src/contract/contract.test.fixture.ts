import * as fc from 'fast-check'

import { MATERIAL_KIND_NUMBERS } from '../materials/material-kind.ts'

/** Contracts of both shapes, with every field that a contract can have, some null or in snake case. */
const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/)
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
const key = fc.stringMatching(/^[a-z]\w{0,7}$/)
const texts = fc.dictionary(key, text, { maxKeys: 3 })

const annotations = fc.uniqueArray(
  fc.record({ name: key, value: text }, { requiredKeys: ['name'] }),
  { selector: (one) => one.name, maxLength: 3 },
)

const reference = fc
  .tuple(
    fc.constantFrom(
      'file://policies/a.yaml',
      'https://p.example/x/a.json',
      'acme/sbom',
      'p:acme/x',
    ),
    fc.constantFrom('', `@sha256:${'ab'.repeat(32)}`),
  )
  .map((parts) => parts.join(''))

const attachmentRest = {
  selector: fc.record(
    { name, matchMode: fc.constantFrom('EXACT', 'PREFIX', 1) },
    { requiredKeys: ['name'] },
  ),
  disabled: fc.boolean(),
  with: texts,
  requirements: fc.array(fc.constantFrom('acme/soc2/cc1@1', 'soc2/cc1'), { maxLength: 2 }),
  gate: fc.boolean(),
}

const embedded = fc.record({
  apiVersion: fc.constant('chainloop.dev/v1'),
  kind: fc.constant('Policy'),
  metadata: fc.record({ name }),
  spec: fc.constant({ policies: [{ kind: 'SARIF', embedded: 'package main' }] }),
})

const attachment = fc.oneof(
  fc.record({ ref: reference, ...attachmentRest }, { requiredKeys: ['ref'] }),
  fc.record({ embedded, ...attachmentRest }, { requiredKeys: ['embedded'] }),
)

const material = fc.record(
  {
    type: fc.constantFrom(...Object.keys(MATERIAL_KIND_NUMBERS), 6),
    name,
    optional: fc.option(fc.boolean()),
    output: fc.boolean(),
    annotations,
    skipUpload: fc.boolean(),
    group: fc.oneof(name, fc.constant('')),
  },
  { requiredKeys: ['type', 'name'] },
)

const attachments = fc.array(attachment, { maxLength: 2 })

const spec = fc.record(
  {
    materials: fc.uniqueArray(material, { selector: (one) => one.name, maxLength: 4 }),
    envAllowList: fc.array(key, { maxLength: 3 }),
    runner: fc.constantFrom(null, { type: 'GITHUB_ACTION' }, { type: 2 }),
    annotations,
    policies: fc.record({ materials: attachments, attestation: attachments }, { requiredKeys: [] }),
    policyGroups: fc.array(
      fc.record(
        { ref: reference, with: texts, skip: fc.array(name), gate: fc.boolean() },
        { requiredKeys: ['ref'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)

const first = spec.map((fields) => ({ schemaVersion: 'v1', ...fields }))
const second = fc.record(
  {
    apiVersion: fc.constant('chainloop.dev/v1'),
    kind: fc.constant('Contract'),
    metadata: fc.record(
      { name, description: text, annotations: texts, organization: name },
      { requiredKeys: ['name'] },
    ),
    spec: fc.option(spec),
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
)

const SNAKE: Readonly<Record<string, string>> = {
  apiVersion: 'api_version',
  schemaVersion: 'schema_version',
  envAllowList: 'env_allow_list',
  policyGroups: 'policy_groups',
  skipUpload: 'skip_upload',
  matchMode: 'match_mode',
}

function inSnakeCase(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).map(([own, inner]) => [SNAKE[own] ?? own, inner]))
      : member,
  )
}

/** Every one of them is valid. */
export const contractDocument: fc.Arbitrary<unknown> = fc
  .tuple(fc.oneof(first, second), fc.boolean())
  .map(([document, snake]) => (snake ? inSnakeCase(document) : document))
