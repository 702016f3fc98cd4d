import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { emptyFile } from './read-document.ts'
import { readLines } from './text-lines.ts'
import { toolAnnotations } from './tools.ts'

const COLUMNS = ['Path', 'Verified']

/** The CSV or TSV of Sysinternals sigcheck (`-c`, `-ct`), in UTF-8 or UTF-16: known by its columns. */
export const sysinternalsSigcheck: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('SYSINTERNALS_SIGCHECK', evidence)
    const header = await firstLine(evidence)
    const separator = header.includes('\t') ? '\t' : ','
    const names = new Set(
      header.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1')),
    )
    const missing = COLUMNS.filter((name) => !names.has(name))
    if (missing.length > 0) {
      throw new InvalidMaterial(
        'SYSINTERNALS_SIGCHECK',
        `${evidence.name} is not SYSINTERNALS_SIGCHECK: line 1: no column ${missing.join(' and ')}`,
      )
    }
    return { annotations: toolAnnotations({ name: 'sigcheck', version: '' }) }
  },
}

async function firstLine(evidence: Evidence): Promise<string> {
  for await (const line of readLines('SYSINTERNALS_SIGCHECK', evidence)) return line
  return ''
}
