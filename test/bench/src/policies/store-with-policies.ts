import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { attest } from '@chainloop/e2e/world/attest'
import { temporaryFolder } from '@chainloop/e2e/world/folder'
import { writeMaterials } from '@chainloop/e2e/world/materials'
import { aboutRun, openRun, signStatement, store } from '@chainloop/e2e/world/modified-client'
import { contract, declareWorkflow } from '@chainloop/e2e/world/workflow'
import { startWorldProcess, type World } from '@chainloop/e2e/world/world'

import { largeBom } from '../large-bom.ts'
import type { Row } from '../row.ts'
import { SBOM_POLICY } from './sbom-policy.ts'

const POLICIES = 10
const ROUNDS = 60
const SBOM_BYTES = 1024 * 1024

/** What ten policies on an SBOM of 1 MB add to Store. */
export async function storeWithPolicies(): Promise<readonly Row[]> {
  await using world = await startWorldProcess()
  const without = await p50(world, contract)
  const attached = Array.from({ length: POLICIES }, (_, at) => attachment(at)).join('')
  const judged = await p50(world, `${contract}  policies:\n    materials:\n${attached}`)
  return [
    {
      what: `Store, SBOM of 1 MB, ${POLICIES} policies, p50`,
      measured: { value: judged, unit: 'ms' },
      baseline: 'the same without policies',
      reference: { value: without, unit: 'ms' },
      better: 'lower',
      note: `they add ${(judged - without).toFixed(0)} ms; one after the other`,
    },
  ]
}

function attachment(at: number): string {
  const script = SBOM_POLICY.replaceAll(/^(?=.)/gm, ' '.repeat(18))
  return `      - embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: policy-${at} }
          spec:
            policies:
              - kind: SBOM_CYCLONEDX_JSON
                embedded: |
${script}`
}

async function p50(world: World, text: string): Promise<number> {
  await using folder = await temporaryFolder()
  const declared = await declareWorkflow(world, { contract: text })
  const { tests, binary } = await writeMaterials(folder.path)
  const sbom = join(folder.path, 'large.json')
  await writeFile(sbom, largeBom(SBOM_BYTES, 'store'))
  const honest = await attest(declared, folder.path, { sbom, tests, binary })
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const run = await openRun(declared.job, declared)
    const bundle = await signStatement(run, aboutRun(honest.statement, run))
    const start = performance.now()
    await store(run, bundle)
    times.push(performance.now() - start)
  }
  // The first ones warm the processes up.
  const warm = times.slice(ROUNDS / 3).toSorted((a, b) => a - b)
  return warm[Math.floor(warm.length / 2)] ?? 0
}
