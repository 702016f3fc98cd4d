import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { CommandResult } from './world/chainloop.ts'
import { temporaryFolder } from './world/folder.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: NAME }
spec: { materials: [] }
`

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world, { contract: CONTRACT })
  folder = stack.use(await temporaryFolder()).path
})
afterAll(() => stack.disposeAsync())

const run = (...args: readonly string[]): Promise<CommandResult> =>
  declared.job.run(['attestation', ...args], { cwd: folder, env: { TMPDIR: folder } })

function init(...more: readonly string[]): Promise<CommandResult> {
  const { workflow, project } = declared
  const where = ['--workflow', workflow, '--project', project, '--replace', '--output', 'json']
  return run('init', ...where, ...more)
}

/** The version that the control plane has bound the run to. */
async function versionOf({ stdout }: CommandResult) {
  const { attestationID: value }: { attestationID: string } = JSON.parse(stdout)
  const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value } })
  return result?.workflowRun?.version
}

test('a version is made, found, marked as the latest and released', async () => {
  expect(await versionOf(await init('--version', '1.0.0'))).toMatchObject({
    version: '1.0.0',
    prerelease: true,
    latest: true,
  })
  expect(await versionOf(await init('--version', '0.9.1', '--mark-latest=false'))).toMatchObject({
    version: '0.9.1',
    latest: false,
  })
  expect(await versionOf(await init('--latest-version'))).toMatchObject({ version: '1.0.0' })
  expect(await init('--version', '7.7.7', '--existing-version')).toMatchObject({ code: 1 })

  const released = await init('--version', '1.0.0', '--existing-version', '--release')
  expect((await run('push')).code).toBe(0)
  expect(await versionOf(released)).toMatchObject({ version: '1.0.0', prerelease: false })
})

test('the version of the repository is used when nobody says another', async () => {
  expect(await init('--release')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--release needs a version'),
  })
  await writeFile(join(folder, '.chainloop.yml'), 'projectVersion: 3.1.4\n')

  expect(await versionOf(await init())).toMatchObject({ version: '3.1.4' })
  expect(await versionOf(await init('--version', '3.2.0'))).toMatchObject({ version: '3.2.0' })
})

test.each([
  [['--version', '1', '--latest-version'], 'exclude each other'],
  [['--latest-version', '--mark-latest'], 'exclude each other'],
  [['--dry-run', '--remote-state'], 'keeps no remote state'],
  [['--collectors', 'nonsense'], 'there is no collector nonsense'],
])('%j is no command line', async (options, message) => {
  expect(await init(...options)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message),
  })
})
