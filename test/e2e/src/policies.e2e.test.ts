import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { temporaryFolder } from './world/folder.ts'
import { writeMaterials } from './world/materials.ts'
import { contract, declareWorkflow, type DeclaredWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let folder: string
beforeAll(async () => {
  world = stack.use(await startWorld())
  folder = stack.use(await temporaryFolder()).path
})
afterAll(() => stack.disposeAsync())

/** No component may be named in the argument; a gate. */
const POLICIES = `${contract}  policies:
    materials:
      - gate: true
        with: { banned: left-pad }
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: banned-packages }
          spec:
            inputs: [{ name: banned, required: true }]
            policies:
              - kind: SBOM_CYCLONEDX_JSON
                embedded: |
                  package main
                  import rego.v1
                  violations contains sprintf("%s is banned", [component.name]) if {
                    some component in input.components
                    component.name == input.args.banned
                  }
              - kind: JUNIT_XML
                language: cel
                embedded: "input.elements.all(suite, suite.totals.failed == 0.0)"
`

const bom = (name: string): string =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    components: [{ type: 'library', name, version: '1.0.0' }],
  })

async function run({ workflow, project, job }: DeclaredWorkflow, component: string) {
  const { tests, binary } = await writeMaterials(folder)
  const sbom = join(folder, 'bom.json')
  await writeFile(sbom, bom(component))
  const options = { cwd: folder, env: { TMPDIR: folder } }
  const init = ['--workflow', workflow, '--project', project, '--replace']
  await job.chainloop(['attestation', 'init', ...init], options)
  let told = ''
  for (const [name, value] of Object.entries({ sbom, tests, binary })) {
    const added = await job.run(['attestation', 'add', '--name', name, '--value', value], options)
    if (added.code !== 0) throw new Error(added.stderr)
    told += added.stderr
  }
  return { ...(await job.run(['attestation', 'push', '--output', 'json'], options)), told }
}

test('a job whose material violates a gate is stored, and ends with 4 and the reason', async () => {
  const declared = await declareWorkflow(world, { contract: POLICIES })
  const pushed = await run(declared, 'left-pad')

  expect(pushed.told).toMatch(/policy banned-packages: left-pad is banned/)
  expect(pushed.code).toBe(4)
  expect(pushed.stderr).toMatch(/"banned-packages".*gate/)
  const { digest }: { digest: string } = JSON.parse(pushed.stdout)
  const shown = await world.operator.chainloop(['workflow', 'run', 'describe', '--digest', digest])
  expect(shown).toMatch(/left-pad is banned/)
  expect(shown).toMatch(/blocked: 2 attached, 1 passed/)
  expect(shown).not.toMatch(/said something else/)
})

test('a job whose materials are as the policies want them goes on', async () => {
  const declared = await declareWorkflow(world, { contract: POLICIES })
  const pushed = await run(declared, 'right-pad')

  expect(pushed).toMatchObject({ code: 0 })
  const { digest }: { digest: string } = JSON.parse(pushed.stdout)
  const described = ['workflow', 'run', 'describe', '--digest', digest, '--output', 'json']
  expect(JSON.parse(await world.operator.chainloop(described))).toMatchObject({
    evaluations: [
      { policy: 'banned-packages', material: 'sbom', gate: true, skipped: false, violations: [] },
      { policy: 'banned-packages', material: 'tests', gate: true, skipped: false, violations: [] },
    ],
    policyDifferences: [],
  })
})
