import { TextDecoder } from 'node:util'

import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

const COLUMNS = ['Path', 'Verified']

/** The CSV or TSV of Sysinternals sigcheck (`-c`, `-ct`), in UTF-8 or UTF-16: known by its columns. */
export const sysinternalsSigcheck: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('SYSINTERNALS_SIGCHECK', evidence)
    const header = await firstLine(evidence.open())
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

const MAX_LINE = 64 * 1024

async function firstLine(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let text = ''
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk))
    text += decoder.decode(chunk, { stream: true })
    if (text.includes('\n') || text.length > MAX_LINE) break
  }
  return text.split(/\r?\n/)[0] ?? ''
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8'
}
