import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { attestAct, prepareAct, startAct } from '../quickstart/acts.ts'
import { createNarrator } from '../quickstart/narrator.ts'
import { startReceiver } from '../quickstart/receiver.ts'

/** Files that peers are asked about, made by the quickstart's own story on a server of its own. */
export interface Evidence {
  readonly bundle: string
  readonly trustedRoot: string
  /** A subject of the statement. */
  readonly artifact: string
  readonly folder: string
}

export async function makeEvidence(folder: string): Promise<Evidence> {
  const narrator = createNarrator()
  await using receiver = await startReceiver()
  await using server = await startAct(narrator, folder, receiver)
  const scene = await prepareAct({ narrator, folder, receiver, dataDir: server.dataDir })
  await attestAct(scene)
  const { stdout } = await scene.operator(['signing', 'trusted-root', '--for', 'attestations'])
  await writeFile(scene.trustedRoot, stdout)
  return {
    bundle: scene.bundle,
    trustedRoot: scene.trustedRoot,
    artifact: scene.materials.cli,
    folder: join(folder),
  }
}
