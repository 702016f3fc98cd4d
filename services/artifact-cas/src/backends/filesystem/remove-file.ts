import { open, rm, stat } from 'node:fs/promises'

import type { BlobPaths } from './layout.ts'

/** Durable: what is gone does not come back with the power. */
export async function removeFile({ directory, blob, name }: BlobPaths): Promise<void> {
  if ((await sizeOf(blob)) === undefined) return
  await rm(blob, { force: true })
  await rm(name, { force: true })
  await syncDirectory(directory)
}

/** Bytes; undefined when there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined
    throw cause
  }
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path)
  await directory.sync()
}
