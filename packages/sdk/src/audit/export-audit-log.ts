import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import type { LoggedEntry } from './audit-lines.ts'

/** Writes a line per entry, as fast as the target takes them. Returns how many there were. */
export async function exportAuditLog(
  entries: AsyncIterable<LoggedEntry>,
  { line, to }: { readonly line: (entry: LoggedEntry) => string; readonly to: string | Writable },
): Promise<number> {
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const entry of entries) {
      count += 1
      yield `${line(entry)}\n`
    }
  }
  if (typeof to !== 'string') {
    await pipeline(lines, to, { end: false })
    return count
  }
  const partial = `${to}.partial`
  try {
    await pipeline(lines, createWriteStream(partial, { mode: 0o600 }))
    await rename(partial, to)
  } finally {
    await rm(partial, { force: true })
  }
  return count
}
