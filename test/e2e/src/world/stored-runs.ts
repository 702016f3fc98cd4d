import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { attest, type Statement } from './attest.ts'
import { writeMaterials } from './materials.ts'
import { aboutRun, openRun, signStatement, store } from './modified-client.ts'
import type { DeclaredWorkflow } from './workflow.ts'

/** Stores what an earlier run said once more, as another run; `change` is what a modified client says instead. */
export type StoreAgain = (change?: (statement: Statement) => void) => Promise<{
  readonly runId: string
  readonly digest: string
}>

/** A run whose SBOM lists this component, on the command line; further ones of the same evidence, without its cost. */
export async function storedRun(
  declared: DeclaredWorkflow,
  folder: string,
  component: string,
): Promise<StoreAgain> {
  const { tests, binary } = await writeMaterials(folder)
  const sbom = join(folder, `${component}.cdx.json`)
  await writeFile(sbom, bom(component))
  const { statement } = await attest(declared, folder, { sbom, tests, binary })
  return async (change = () => {}) => {
    const run = await openRun(declared.job, declared)
    const said = aboutRun(statement, run)
    change(said)
    return { runId: run.id, digest: await store(run, await signStatement(run, said)) }
  }
}

export function bom(component: string): string {
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    components: [{ type: 'library', name: component, version: '1.0.0' }],
  })
}
