import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runMain } from '../lib/run-main.ts'
import { say, secondsSince } from '../lib/say.ts'
import { attestAct, consumeAct, materialsAct, prepareAct, refuseAct, startAct } from './acts.ts'
import { createNarrator, type Narrator } from './narrator.ts'
import { startReceiver } from './receiver.ts'

/* `npm run quickstart`: the main job from a contract to a verified attestation, told while it happens. */
await runMain(async () => {
  const start = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-quickstart-'))
  say(`Chainloop's main job, on this machine, with nothing but this checkout. Files: ${folder}`)
  try {
    const digest = await quickstart(createNarrator(), folder)
    await rm(folder, { recursive: true, force: true })
    say(`\nAll of it took ${secondsSince(start)}.`)
    say(`attestation ${digest}`)
    return 0
  } catch (cause) {
    say(`\n✗ ${cause instanceof Error ? cause.message : String(cause)}`)
    say(`The files are kept in ${folder}.`)
    return 1
  }
})

async function quickstart(narrator: Narrator, folder: string): Promise<string> {
  await using receiver = await startReceiver()
  await using server = await startAct(narrator, folder, receiver)
  const cast = await prepareAct({ narrator, folder, receiver, dataDir: server.dataDir })
  const scene = await materialsAct(cast)
  const digest = await attestAct(scene)
  await consumeAct(scene, digest)
  await refuseAct(scene)
  return digest
}
