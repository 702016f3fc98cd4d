import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import type { BlobPaths } from './layout.ts'

/**
 * Makes a complete, flushed file visible under its final name, durably. True when a blob of that size was there: it is
 * replaced by the same bytes, so that the time which this takes tells nobody what is stored.
 */
export async function commit(
  file: string,
  to: BlobPaths,
  blob: { size: number; name: string },
): Promise<boolean> {
  const existed = (await sizeOf(to.blob)) === blob.size
  await makeDurableDirectory(to.directory)
  if (!existed) await writeFile(to.name, blob.name, { mode: 0o600 })
  await rename(file, to.blob)
  await syncDirectory(to.directory)
  return existed
}

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

/** A new folder is durable once the folder that names it was flushed. */
async function makeDurableDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made))
    await syncDirectory(dirname(made))
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path)
  await directory.sync()
}
