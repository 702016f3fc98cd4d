import { sha256 } from '@chainloop/attestation/digest'
import { expect, test } from '@jest/globals'

import { parsePolicy, parsePolicyGroup } from '../documents/parse-policy.ts'
import { closeDocument } from './close-references.ts'
import type { DocumentKind } from './document-reference.ts'
import { selfContained } from './self-contained.ts'

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`

async function contain(
  kind: Exclude<DocumentKind, 'script'>,
  text: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const bytes = Buffer.from(text)
  const closure = await closeDocument({ kind, bytes }, async ({ location }) =>
    Buffer.from(files[location] ?? ''),
  )
  return Buffer.from(selfContained(kind, bytes, { closure, referrer: '' })).toString()
}

const POLICY = `${head('Policy', 'p')}  # what follows is kept
  inputs: [{ name: limit, default: "1.10" }]
  policies:
    - &script { kind: SARIF, ref: p.rego }
    - { kind: JUNIT_XML, ref: "https://policies.example/tests.cel" }
    - *script
`
const FILES = {
  'file://p.rego': 'package p\n\nviolations contains "x"\n',
  'https://policies.example/tests.cel': 'true',
}

test('scripts become part of the policy, with the language that their name said', async () => {
  const contained = await contain('policy', POLICY, FILES)
  const rego = { embedded: FILES['file://p.rego'] }

  expect(parsePolicy(contained).scripts).toEqual([
    { kind: 'SARIF', phases: [], language: undefined, source: rego },
    { kind: 'JUNIT_XML', phases: [], language: 'cel', source: { embedded: 'true' } },
    { kind: 'SARIF', phases: [], language: undefined, source: rego },
  ])
  expect(contained).toContain('# what follows is kept')
  expect(contained).toContain('"1.10"')
})

test('a document that refers to nothing stays as it is', async () => {
  const text = `${head('Policy', 'p')}  policies: [ {embedded: "package p"} ]  # so\n`

  expect(await contain('policy', text, {})).toBe(text)
})

test('the script of the first version of the document, too', async () => {
  const contained = await contain('policy', `${head('Policy', 'p')}  path: p.rego\n`, FILES)

  expect(parsePolicy(contained).scripts).toMatchObject([
    { source: { embedded: FILES['file://p.rego'] } },
  ])
})

test('a group holds the policies of its files, and names those of the store by their digest', async () => {
  const group = `${head('PolicyGroup', 'g')}  policies:
    materials:
      - policies:
          - { ref: "file://policies/p.yaml", gate: true }
          - ref: stored@3
    attestation:
      - embedded: { apiVersion: chainloop.dev/v1, kind: Policy, metadata: { name: e }, spec: { policies: [{ ref: e.rego }] } }
`
  const stored = head('Policy', 'stored')
  const contained = await contain('policy_group', group, {
    'file://policies/p.yaml': POLICY,
    'file://policies/p.rego': FILES['file://p.rego'],
    'https://policies.example/tests.cel': 'true',
    'chainloop://stored@3': `${stored}  policies: [{ embedded: "package s" }]\n`,
    'file://e.rego': 'package e',
  })
  const { materials, attestation } = parsePolicyGroup(contained)
  const [embedded, named] = materials[0]?.policies ?? []

  expect(embedded).toMatchObject({ gate: true, embedded: { metadata: { name: 'p' } } })
  expect(parsePolicy(JSON.stringify(embedded?.embedded)).scripts).toHaveLength(3)
  const digest = sha256(Buffer.from(`${stored}  policies: [{ embedded: "package s" }]\n`))
  expect(named?.ref).toBe(`stored@3@${digest}`)
  expect(JSON.stringify(attestation)).toContain('package e')
  const again = await closeDocument(
    { kind: 'policy_group', bytes: Buffer.from(contained) },
    async ({ location }) => {
      expect(location).toBe(`chainloop://stored@3@${digest}`)
      return Buffer.from(`${stored}  policies: [{ embedded: "package s" }]\n`)
    },
  )
  expect(again.pins).toHaveLength(1)
})

test('a script that is no text is refused', async () => {
  const bytes = Buffer.from(`${head('Policy', 'p')}  policies: [{ ref: p.rego }]\n`)
  const closure = await closeDocument({ kind: 'policy', bytes }, async () => Buffer.of(0xff))

  expect(() => selfContained('policy', bytes, { closure, referrer: '' })).toThrow(/not UTF-8/)
})
