import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { readDocument } from '@chainloop/sdk/values/load-value'

import { UsageError } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'

export interface Document {
  readonly source: string
  readonly bytes: Uint8Array
}

/** The documents that were named; a folder stands for those in it, sorted by name. */
export async function contractDocuments(
  sources: readonly string[],
  { io }: Pick<Session, 'io'>,
): Promise<readonly Document[]> {
  if (sources.length === 0) throw new UsageError('missing --contract <file|folder|url>')
  const files = (await Promise.all(sources.map(filesOf))).flat()
  return Promise.all(
    files.map(async (source) => ({ source, bytes: await readDocument(source, io.env) })),
  )
}

async function filesOf(source: string): Promise<readonly string[]> {
  if (!(await isFolder(source))) return [source]
  const names = await readdir(source)
  return names
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .toSorted()
    .map((name) => join(source, name))
}

async function isFolder(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory()
  } catch {
    return false
  }
}
