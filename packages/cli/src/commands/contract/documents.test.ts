import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { chainloop } from '../../testing/memory-io.test.fixture.ts'
import { differences } from './differences.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-documents-'))
})
afterEach(() => rm(folder, { recursive: true }))

const contract = (name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: ${name}\nspec: {}\n`

async function lint(source: string, input = '') {
  const { code, out } = await chainloop(
    ['workflow', 'contract', 'lint', '-f', source, '-o', 'json'],
    { input },
  )
  const { contracts }: { contracts: { source: string; name: string; problems: unknown[] }[] } =
    JSON.parse(out)
  return { code, contracts }
}

test('a stream gives each of its documents, with its place in the stream', async () => {
  const path = join(folder, 'all.yaml')
  await writeFile(path, `${contract('a')}---\n${contract('b')}---\n${contract('Not A Name')}`)

  const { code, contracts } = await lint(path)

  expect(code).toBe(1)
  expect(contracts.map(({ source, name }) => [source, name])).toEqual([
    [path, 'a'],
    [`${path}:6`, 'b'],
    [`${path}:12`, ''],
  ])
  expect(contracts[2]?.problems).toMatchObject([{ path: 'metadata.name', line: 16, column: 9 }])
})

test('- is the standard input', async () => {
  const { code, contracts } = await lint('-', contract('piped'))

  expect({ code, contracts }).toMatchObject({
    code: 0,
    contracts: [{ source: '-', name: 'piped' }],
  })
})

test('in a folder, policies are not taken for contracts', async () => {
  await writeFile(join(folder, 'b.yaml'), contract('b'))
  await writeFile(join(folder, 'a.yml'), contract('a'))
  await writeFile(join(folder, 'p.yaml'), 'kind: Policy\nmetadata: { name: p }\n')
  await writeFile(join(folder, 'notes.txt'), 'kind: Contract')
  await mkdir(join(folder, 'policies'))

  const { code, contracts } = await lint(folder)

  expect(code).toBe(0)
  expect(contracts.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('a file that is referred to and not there is a warning', async () => {
  const path = join(folder, 'c.yaml')
  const spec = 'spec: { policies: { materials: [{ ref: "file://p.yaml" }] } }'
  await writeFile(path, contract('c').replace('spec: {}', spec))

  const { code, contracts } = await lint(path)

  expect(code).toBe(0)
  expect(contracts).toMatchObject([
    { warnings: [{ line: 1, message: 'file://p.yaml: there is no such file' }] },
  ])
})

test('where one contract is wanted, two are refused', async () => {
  const path = join(folder, 'all.yaml')
  await writeFile(path, `${contract('a')}---\n${contract('b')}`)
  const env = { CHAINLOOP_CONTROL_PLANE_API: '127.0.0.1:1', CHAINLOOP_TOKEN: 'x' }

  const { code, err } = await chainloop(['workflow', 'contract', 'create', '-f', path], { env })

  expect(code).toBe(2)
  expect(err).toContain('holds 2 documents')
})

test('differences are a patch, and what is pinned elsewhere', async () => {
  const pin = (location: string, digest: `sha256:${string}`) =>
    ({ kind: 'policy', reference: location, referrer: '', location, digest, size: 1 }) as const
  const before = {
    label: 'a@1',
    body: 'x: 1\ny: 2\n',
    pins: [pin('p', 'sha256:1'), pin('q', 'sha256:2')],
  }
  const after = {
    label: 'a@2',
    body: 'x: 1\ny: 3\n',
    pins: [pin('p', 'sha256:3'), pin('r', 'sha256:2')],
  }

  const { text, pins } = await differences(before, after)

  expect(
    text
      .split('\n')
      .filter((line) => /^[-+@]/.test(line))
      .map((line) => line.trimEnd()),
  ).toEqual(['--- a@1', '+++ a@2', '@@ -1,2 +1,2 @@', '-y: 2', '+y: 3'])
  expect(pins).toEqual([
    { location: 'p', before: 'sha256:1', after: 'sha256:3' },
    { location: 'q', before: 'sha256:2', after: '' },
    { location: 'r', before: '', after: 'sha256:2' },
  ])
  expect(await differences(before, before)).toEqual({ text: '', pins: [] })
})
