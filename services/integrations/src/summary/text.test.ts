import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { summarize } from './summary.ts'
import { renderText } from './text.ts'

const withPredicate = (predicate: unknown) =>
  summarize({ ...exampleAttestation, statement: { predicate } })

const material = {
  name: 'sbom.json',
  digest: { sha256: 'ab12' },
  annotations: {
    'chainloop.material.name': 'sbom',
    'chainloop.material.type': 'SBOM_CYCLONEDX_JSON',
    'chainloop.material.cas': true,
    owner: 'team-a',
  },
}

test('the summary names workflow, run, materials and environment', () => {
  const predicate = {
    env: { B: '2', A: '1' },
    annotations: { version: 'x' },
    materials: [material],
  }

  expect(withPredicate(predicate).sections).toEqual([
    { title: 'Workflow', rows: expect.arrayContaining([['Name', 'build']]) },
    {
      title: 'Workflow Run',
      rows: expect.arrayContaining([
        ['Started At', 'Mon, 23 Nov 2026 10:00:00 GMT'],
        ['version', 'x'],
      ]),
    },
    {
      title: 'Material',
      rows: [
        ['Name', 'sbom'],
        ['Type', 'SBOM_CYCLONEDX_JSON'],
        ['Value', 'sbom.json'],
        ['Digest', 'sha256:ab12'],
        ['owner', 'team-a'],
      ],
    },
    {
      title: 'Environment Variables',
      rows: [
        ['A', '1'],
        ['B', '2'],
      ],
    },
  ])
})

test('a predicate of another kind leaves what is known without it', () => {
  expect(withPredicate('nonsense').sections.map(({ title }) => title)).toEqual([
    'Workflow',
    'Workflow Run',
  ])
})

test('a text that is too long is cut and keeps its footer', () => {
  const long = withPredicate({ materials: Array.from({ length: 100 }, () => material) })

  const text = renderText(long, 3000)

  expect(text.length).toBeLessThanOrEqual(3000)
  expect(text).toContain('... (truncated)')
  expect(text.endsWith(long.footer)).toBe(true)
})

test('control characters of a job do not reach terminals', () => {
  const text = renderText(withPredicate({ env: { A: '\u001b[31mred\u202e' } }))

  expect(text).toContain('[31mred')
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
})
