import { archiveFormat, readArchive } from './archive.ts'
import type { ArchiveFormat } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { RADAMSA_LIMITS } from './radamsa-report.ts'
import { emptyFile } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

const ARCHIVE_NAME = /\.(?:zip|tar|tar\.gz|tgz)$/i

/** Inputs that made a program crash: one, or an archive of them. */
export const radamsaCrashes: Crafter = {
  async inspect(evidence, options) {
    if (evidence.size === 0) throw emptyFile('RADAMSA_CRASHES', evidence)
    return {
      annotations: {
        ...toolAnnotations({ name: 'radamsa', version: '' }),
        'chainloop.material.radamsa.crashes.count': String(await countCrashes(evidence, options)),
      },
    }
  },
}

/** A broken archive may be the very thing that makes a program crash, unless it is called an archive. */
async function countCrashes(evidence: Evidence, options: InspectOptions): Promise<number> {
  const named = ARCHIVE_NAME.test(evidence.name)
  const format = await archiveFormat(evidence)
  if (format) {
    try {
      return await countFiles(evidence, { ...options, format })
    } catch (cause) {
      if (named || !(cause instanceof InvalidMaterial)) throw cause
    }
  } else if (named) {
    throw new InvalidMaterial(
      'RADAMSA_CRASHES',
      `${evidence.name} is not RADAMSA_CRASHES: it is not the archive that its name says`,
    )
  }
  return 1
}

async function countFiles(
  evidence: Evidence,
  options: InspectOptions & { readonly format: ArchiveFormat },
): Promise<number> {
  let files = 0
  // They are only counted: nobody wants what is in them.
  const wants = (): boolean => {
    files += 1
    return false
  }
  const limits = RADAMSA_LIMITS
  await readArchive('RADAMSA_CRASHES', evidence, {
    ...options,
    limits,
    wants,
    visit: async () => {},
  })
  return files
}
