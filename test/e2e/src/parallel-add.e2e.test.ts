import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { statementOf } from './world/attest.ts'
import type { CommandOptions } from './world/chainloop.ts'
import { temporaryFolder } from './world/folder.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: NAME }
spec:
  materials:
    - { type: ARTIFACT, name: binary, output: true }
`
const NAMES = Array.from({ length: 20 }, (_, index) => `part-${index}`)

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
let options: CommandOptions

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world, { contract: CONTRACT })
  folder = stack.use(await temporaryFolder()).path
  options = { cwd: folder, env: { TMPDIR: folder } }
  await writeFile(join(folder, 'binary'), 'the program')
  for (const name of NAMES) await writeFile(join(folder, name), `content of ${name}`)
})
afterAll(() => stack.disposeAsync())

async function start(...more: readonly string[]): Promise<string> {
  const { workflow, project, job } = declared
  const where = ['--workflow', workflow, '--project', project, '--output', 'json']
  const printed = await job.chainloop(['attestation', 'init', ...where, ...more], options)
  return (JSON.parse(printed) as { attestationID: string }).attestationID
}

function addOf(name: string, more: readonly string[]): readonly string[] {
  const kind = name === 'binary' ? [] : ['--kind', 'ARTIFACT']
  const value = join(folder, name)
  return ['attestation', 'add', '--name', name, '--value', value, ...kind, ...more]
}

const add = (name: string, ...more: readonly string[]) =>
  declared.job.run(addOf(name, more), options)

async function push(...more: readonly string[]): Promise<string[]> {
  const bundle = join(folder, 'bundle.json')
  await declared.job.chainloop(['attestation', 'push', '--bundle', bundle, ...more], options)
  const { predicate } = statementOf(await readFile(bundle))
  return predicate.materials.map((one) => String(one.annotations['chainloop.material.name']))
}

test.each([['local'], ['remote']])(
  'twenty processes that add to one run with %s state at the same time lose nothing',
  async (where) => {
    const id = await start(...(where === 'remote' ? ['--remote-state'] : ['--replace']))
    const run = where === 'remote' ? ['--attestation-id', id] : []
    await add('binary', ...run)

    const ended = await Promise.all(NAMES.map((name) => add(name, ...run)))

    expect(ended.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(
      NAMES.map(() => [0, '']),
    )
    expect((await push(...run)).toSorted()).toEqual(['binary', ...NAMES].toSorted())
  },
)

test('a name that is added again is replaced and said to be, with either state', async () => {
  const id = await start('--remote-state')
  const run = ['--attestation-id', id]
  await add('part-1', ...run)

  expect((await add('part-1', ...run)).stderr).toContain('it is replaced')
  await add('binary', ...run)
  expect((await push(...run)).toSorted()).toEqual(['binary', 'part-1'])
})

test('a second run needs --replace where the first has its state, and none where it has not', async () => {
  await start('--replace')
  const { workflow, project, job } = declared
  const again = ['attestation', 'init', '--workflow', workflow, '--project', project]

  expect(await job.run(again, options)).toMatchObject({ code: 1 })
  expect(await job.run([...again, '--graceful-exit'], options)).toMatchObject({ code: 1 })
  expect(await start('--remote-state')).not.toBe('')
  expect(await start('--replace')).not.toBe('')
})
