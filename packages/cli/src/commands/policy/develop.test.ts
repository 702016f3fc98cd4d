import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { chainloop, type Ran } from '../../testing/memory-io.test.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-policy-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const develop = (...args: string[]): Promise<Ran> => chainloop(['policy', 'develop', ...args])
const init = (...more: string[]): Promise<Ran> =>
  develop('init', '--name', 'SBOM small', '--directory', folder, ...more)

async function material(components: number): Promise<string> {
  const list = Array.from({ length: components }, (_, n) => ({ type: 'library', name: `c${n}` }))
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: list }
  await writeFile(at('bom.json'), JSON.stringify(bom))
  return at('bom.json')
}

test.each([[[]], [['--embedded']]])(
  'what init writes is valid, and judges (%j)',
  async (more: readonly string[]) => {
    await init(...more)
    const bom = await material(2)
    const judge = (limit: string): Promise<Ran> =>
      develop('eval', '-p', at('sbom-small.yaml'), '--material', bom, '--input', `limit=${limit}`)

    expect((await develop('lint', at('sbom-small.yaml'))).code).toBe(0)
    expect((await judge('2')).out).toMatch(/passed/)
    const violated = await judge('1')
    expect(violated.code).toBe(0)
    expect(violated.out).toMatch(/2 components, 1 are allowed/)
  },
)

test('init replaces nothing unless it is told to', async () => {
  await init()

  expect(await init()).toMatchObject({ code: 1, err: expect.stringContaining('exists already') })
  expect((await init('--force')).code).toBe(0)
})

test('the tests of a policy pass and fail', async () => {
  await init()
  const run = (): Promise<Ran> => develop('test', '-p', at('sbom-small.yaml'))
  expect(await run()).toMatchObject({ code: 0 })

  const tests = await readFile(at('sbom-small_test.rego'), 'utf8')
  await writeFile(at('sbom-small_test.rego'), tests.replace('count(violations) == 1', 'false'))

  expect(await run()).toMatchObject({
    code: 1,
    out: expect.stringContaining('failed'),
    err: expect.stringContaining('1 of 2 tests failed'),
  })
})

test('it is said which lines the tests reach; too few end with 1', async () => {
  await init()
  const run = (...more: string[]): Promise<Ran> =>
    develop('test', '-p', at('sbom-small.yaml'), ...more)

  expect((await run('--min-coverage', '100')).out).toMatch(/sbom-small\.rego │ 100 %/)
  const script = await readFile(at('sbom-small.rego'), 'utf8')
  await writeFile(
    at('sbom-small.rego'),
    `${script}\nviolations contains "odd" if {\n\tinput.odd\n}\n`,
  )
  expect(await run('--min-coverage', '90')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/sbom-small\.rego │ 80 % +│ 11/),
    err: expect.stringContaining('the tests reach 80 %'),
  })
})

test('as a gate a violation ends with 4, and the reports say what to do', async () => {
  await init()
  const bom = await material(2)
  const [sarif, junit] = [at('out.sarif'), at('out.xml')]
  const asGate = ['--gate', '--material', bom, '--sarif', sarif, '--junit', junit]
  const judge = (limit: string): Promise<Ran> =>
    develop('eval', '-p', at('sbom-small.yaml'), '--input', `limit=${limit}`, ...asGate)

  expect((await judge('2')).code).toBe(0)
  expect(await judge('1')).toMatchObject({ code: 4, err: expect.stringContaining('as a gate') })
  expect(JSON.parse(await readFile(sarif, 'utf8')).runs[0].results).toMatchObject([
    { ruleId: 'sbom-small', level: 'error' },
  ])
  expect(await readFile(junit, 'utf8')).toContain('failures="1"')
})

test('lint tells of what is probably not meant; only --strict fails for it', async () => {
  await init()
  const script = await readFile(at('sbom-small.rego'), 'utf8')
  await writeFile(at('sbom-small.rego'), `${script}\nx = 1\n`)

  const linted = await develop('lint', at('sbom-small.yaml'), '--sarif', at('lint.sarif'))
  expect(linted.code).toBe(0)
  expect(linted.out).toMatch(/sbom-small\.rego:11:1: warning \[style\/use-assignment-operator\]/)
  expect(JSON.parse(await readFile(at('lint.sarif'), 'utf8')).runs[0].results).toHaveLength(1)
  expect((await develop('lint', at('sbom-small.yaml'), '--strict')).code).toBe(1)
})

test.each<[string, string, RegExp]>([
  [
    'a script that is none',
    'violations contains',
    /sbom-small\.rego:\d+:\d+: error: rego_parse_error/,
  ],
  ['an unknown function', 'violations contains "x" if nobody.knows()', /undefined function/],
])('lint tells of %s, with the place', async (_what, line, problem) => {
  await init()
  await writeFile(at('sbom-small.rego'), `package main\n\nimport rego.v1\n\n${line}\n`)

  const linted = await develop('lint', at('sbom-small.yaml'))

  expect(linted.code).toBe(1)
  expect(linted.out).toMatch(problem)
})

test('a material that no script judges, and one that is not there, are told', async () => {
  await init()
  await writeFile(at('note.txt'), 'hello')
  const judge = (path: string, ...more: string[]): Promise<Ran> =>
    develop('eval', '-p', at('sbom-small.yaml'), '--material', path, ...more)

  expect(await judge(at('note.txt'), '--kind', 'EVIDENCE')).toMatchObject({
    code: 1,
  })
  expect(await judge(at('nothing.json'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no file'),
  })
})

test('questions from a pipe are answered by the script', async () => {
  await init()
  const bom = await material(3)
  const questions = 'count(input.components)\n# a comment\n:rules\nviolations\n:quit\n1 + 1\n'
  const args = ['policy', 'develop', 'repl', '-p', at('sbom-small.yaml'), '--input', 'limit=2']

  expect((await chainloop([...args, '--document', bom], { input: questions })).out).toMatch(
    /^3\nviolations\n\["3 components, 2 are allowed"\]\n/,
  )
})
