import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { PolicyStatusFilter } from '@chainloop/proto/controlplane/v1/response_messages'
import { expect, test } from '@jest/globals'

import { portsOf } from './world/environment.ts'
import { temporaryFolder } from './world/folder.ts'
import { writeMaterials } from './world/materials.ts'
import { contract, declareWorkflow } from './world/workflow.ts'
import { startWorldProcess } from './world/world.ts'

/** Takes seconds to find out that two components have the same name. */
const SLOW = `${contract}  policies:
    materials:
      - gate: true
        embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: names-differ }
          spec:
            policies:
              - kind: SBOM_CYCLONEDX_JSON
                embedded: |
                  package main
                  import rego.v1
                  violations contains sprintf("%s is there twice", [a.name]) if {
                    some i, a in input.components
                    some j, b in input.components
                    i < j
                    a.name == b.name
                  }
`

const SLOW_COMPONENTS = 1800

const bom = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  components: Array.from({ length: SLOW_COMPONENTS }, (_, n) => ({
    type: 'library',
    name: `c${Math.min(n, SLOW_COMPONENTS - 2)}`,
  })),
})

test('kill -9 while slow policies are evaluated: the gate waits, and opens or closes by their verdict', async () => {
  await using stack = new AsyncDisposableStack()
  const dataDir = stack.use(await temporaryFolder()).path
  const folder = stack.use(await temporaryFolder()).path
  const settings = { CHAINLOOP_POLICY_WAIT: '100ms', CHAINLOOP_POLICY_TIMEOUT: '60s' }
  let world = await startWorldProcess({ dataDir, env: settings })
  stack.defer(() => world[Symbol.asyncDispose]())
  const { workflow, project, job } = await declareWorkflow(world, { contract: SLOW })
  const { tests, binary } = await writeMaterials(folder)
  const sbom = join(folder, 'bom.json')
  await writeFile(sbom, bom)
  const options = { cwd: folder, env: { TMPDIR: folder } }
  const init = ['--workflow', workflow, '--project', project]
  await job.chainloop(['attestation', 'init', ...init], options)
  for (const [name, value] of Object.entries({ sbom, tests, binary })) {
    await job.run(['attestation', 'add', '--name', name, '--value', value], options)
  }

  const pushing = job.run(['attestation', 'push'], options)
  const evaluating = { policyStatus: PolicyStatusFilter.EVALUATING }
  const first = [
    pushing.then(({ stderr }) => `pushed: ${stderr}`),
    shows(evaluating).then(() => 'evaluating'),
  ]
  expect(await Promise.race(first)).toBe('evaluating')
  await world.program.kill()
  world = await startWorldProcess({ dataDir, env: { ...settings, ...portsOf(world.endpoints) } })
  const pushed = await pushing

  expect(pushed.code).toBe(4)
  expect(pushed.stderr).toMatch(/"names-differ" is configured as a gate and has violations/)
  const { result } = await world.operator.client.runs.list({})
  expect(result.map(({ policySummary }) => policySummary?.violated)).toEqual([1])

  /** However long it takes on this machine. */
  async function shows(filter: typeof evaluating): Promise<void> {
    for (;;) {
      const { result: found } = await world.operator.client.runs.list(filter)
      if (found.length > 0) return
      await delay(50)
    }
  }
})
