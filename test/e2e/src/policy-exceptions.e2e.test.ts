import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { Statement } from './world/attest.ts'
import { temporaryFolder } from './world/folder.ts'
import { storedRun, type StoreAgain } from './world/stored-runs.ts'
import { contract, declareWorkflow, type DeclaredWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const BANNED = `apiVersion: chainloop.dev/v1
kind: Policy
metadata: { name: banned }
spec:
  policies:
    - { kind: SBOM_CYCLONEDX_JSON, ref: banned.rego }
`
const REGO = `package banned

import rego.v1

violations contains sprintf("%s is banned", [component.name]) if {
  some component in input.components
  component.name == "left-pad"
}
`

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let again: StoreAgain
beforeAll(async () => {
  world = stack.use(await startWorld())
  const folder = stack.use(await temporaryFolder()).path
  await writeFile(join(folder, 'banned.yaml'), BANNED)
  await writeFile(join(folder, 'banned.rego'), REGO)
  await world.operator.chainloop(['policy', 'apply', '-f', join(folder, 'banned.yaml')])
  declared = await declareWorkflow(world, {
    contract: `${contract}  policies: { materials: [{ ref: banned@1, gate: true }] }\n`,
  })
  const { job } = declared
  // The first run ends with 4: its gate is closed.
  const lenient = {
    ...job,
    chainloop: async (...args: Parameters<typeof job.run>) => (await job.run(...args)).stdout,
  }
  again = await storedRun({ ...declared, job: lenient }, folder, 'left-pad')
})
afterAll(() => stack.disposeAsync())

async function policiesOf(runId: string) {
  const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value: runId } })
  const { attestation } = result ?? {}
  return {
    status: attestation?.policyEvaluationStatus,
    differences: attestation?.policyDifferences,
    exceptions: attestation?.policyExceptions,
    asked: attestation?.policyBypassRequested,
  }
}

/** A client that was changed to say that all is well, and to ask for the gate to be passed by. */
function lie({ predicate }: Statement): void {
  const { name, type, materialName } = {
    name: 'banned',
    type: 'SBOM_CYCLONEDX_JSON',
    materialName: 'sbom',
  }
  predicate['policyEvaluations'] = { sbom: [{ name, type, materialName }] }
  predicate['policyHasViolations'] = false
  predicate['policyAttBlocked'] = false
  predicate['policyBlockBypassEnabled'] = true
}

const request = async (seconds: number): Promise<string> => {
  const asked = await world.operator.chainloop([
    'policy',
    'exception',
    'request',
    '--policy',
    'banned',
    '--project',
    declared.project,
    '--until',
    `${seconds}s`,
    '--reason',
    'the replacement comes next week',
    '--output',
    'json',
  ])
  const { id }: { id: string } = JSON.parse(asked)
  return id
}

test('a job that lies about its policies and asks to bypass them is told on, and blocked', async () => {
  const { runId } = await again(lie)

  expect(await policiesOf(runId)).toMatchObject({
    status: { blocked: true, bypassed: false },
    differences: ['banned on sbom: the job says that it passed; it has 1 violation'],
    exceptions: [],
    asked: true,
  })
})

test('an approved exception lets runs through until it expires, and the runs say so', async () => {
  // On a machine that is busy a few seconds may be over before the run is stored.
  for (let seconds = 4; ; seconds *= 2) {
    const id = await request(seconds)
    const waiting = await again(lie)
    await world.operator.client.policyExceptions.approve({ id })
    const through = await again(lie)
    const { expiresAt } =
      (await world.operator.client.policyExceptions.describe({ id })).exception ?? {}
    const end = Number(expiresAt?.seconds ?? 0n) * 1000
    const judged = await policiesOf(through.runId)
    if (judged.status?.bypassed !== true && seconds < 60) continue

    expect((await policiesOf(waiting.runId)).status).toMatchObject({ blocked: true })
    expect(judged).toMatchObject({
      status: { blocked: false, bypassed: true },
      differences: ['banned on sbom: the job says that it passed; it has 1 violation'],
      exceptions: [
        { id, reason: 'the replacement comes next week', violations: ['left-pad is banned'] },
      ],
    })
    const shown = ['workflow', 'run', 'describe', '--digest', through.digest]
    expect(await world.operator.chainloop(shown)).toMatch(/covered by exceptions[\s\S]*next week/)

    await pause(Math.max(0, end - Date.now()) + 1100)
    const after = await again(lie)
    expect((await policiesOf(after.runId)).status).toMatchObject({ blocked: true, bypassed: false })
    const described = await world.operator.chainloop([
      'policy',
      'exception',
      'describe',
      '--id',
      id,
    ])
    expect(described).toMatch(/state\W+expired/)
    return
  }
})
