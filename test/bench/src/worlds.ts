import { attest, type Attested } from '@chainloop/e2e/world/attest'
import type { Env } from '@chainloop/e2e/world/environment'
import { temporaryFolder } from '@chainloop/e2e/world/folder'
import type { Program } from '@chainloop/e2e/world/program'
import { type DeclaredWorkflow, declareWorkflow } from '@chainloop/e2e/world/workflow'
import { startWorldProcess, type World } from '@chainloop/e2e/world/world'

export interface Measured {
  readonly world: World & { readonly program: Program }
  readonly declared: DeclaredWorkflow
  /** What an honest run looks like there. */
  readonly honest: Attested
  readonly folder: string
}

/** A server as a process of its own, with one workflow that has run once. */
export async function withWorld<T>(
  env: Env,
  measure: (measured: Measured) => Promise<T>,
): Promise<T> {
  await using folder = await temporaryFolder()
  await using world = await startWorldProcess({ env })
  const declared = await declareWorkflow(world)
  const honest = await attest(declared, folder.path)
  // Awaited here: the server goes when this function returns.
  return await measure({ world, declared, honest, folder: folder.path })
}
