import { expect, test } from '@jest/globals'

import { brokenScripts } from './broken-scripts.ts'

const policy = (scripts: string): string =>
  `{ apiVersion: chainloop.dev/v1, kind: Policy, metadata: { name: p }, spec: { policies: [${scripts}] } }`
const group = (attached: string): string =>
  `{ apiVersion: chainloop.dev/v1, kind: PolicyGroup, metadata: { name: g }, spec: { policies: { materials: [{ policies: [${attached}] }] } } }`

test.each<[string, string, string, readonly RegExp[]]>([
  ['scripts that compile', 'policy', policy('{ kind: SARIF, embedded: "package p" }'), []],
  [
    'one of several that does not',
    'policy',
    policy('{ kind: SARIF, embedded: "package p" }, { language: cel, embedded: "1 +" }'),
    [/p\[1\]/],
  ],
  ['Rego that is none', 'policy', policy('{ embedded: "package p\\n\\nx if {" }'), [/p:\d+:/]],
  ['a group that names a policy', 'group', group('{ ref: stored }'), []],
  [
    'a group that holds a broken one',
    'group',
    group(`{ embedded: ${policy('{ embedded: "package p\\n\\nx := nowhere(1)" }')} }`),
    [/nowhere/],
  ],
])('%s', async (_, kind, document, expected) => {
  const problems = await brokenScripts(Buffer.from(document), kind)

  expect(problems).toHaveLength(expected.length)
  for (const [at, pattern] of expected.entries()) expect(problems[at]).toMatch(pattern)
})
