import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { extract } from 'tar-stream'

import { chunksOf, createMeter, limitsOf } from './archive-limits.ts'
import type { ArchiveRules } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

/** Shows every regular file of a tar archive as it streams by. Directories and links are passed over, never followed. */
export async function readTar(
  kind: MaterialKind,
  evidence: Evidence,
  rules: ArchiveRules,
): Promise<void> {
  const { wants = () => true, visit } = rules
  const meter = createMeter(kind, evidence, limitsOf(rules, rules.limits))
  const tar = extract()
  const feeding = pipeline(Readable.from(evidence.open()), (chunks) => meter.counted(chunks), tar)
  const reading = (async () => {
    for await (const entry of tar) {
      const path = entry.header.name.replace(/^\.\//, '')
      meter.countEntry(path)
      if (entry.header.type === 'file' && wants(path)) await visit({ path, bytes: chunksOf(entry) })
      entry.resume()
    }
  })()
  const [fed, read] = await Promise.allSettled([feeding, reading])
  const failed = [read, fed].filter((outcome) => outcome.status === 'rejected')
  if (failed.length === 0) return
  const told = failed.find(({ reason }) => reason instanceof InvalidMaterial)
  if (told) throw told.reason
  throw meter.refusal('it is not a readable tar archive')
}
