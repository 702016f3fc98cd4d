import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { toDigest } from '../../digest.ts'
import type { ListedBlob } from '../backend.ts'

const FAN_OUT = /^[0-9a-f]{2}$/

/** Every blob of a home, folder by folder. What is no blob is passed over. */
export async function* listFiles(home: string): AsyncIterable<ListedBlob> {
  for await (const first of namesIn(home)) {
    if (!FAN_OUT.test(first)) continue
    for await (const second of namesIn(join(home, first))) {
      if (FAN_OUT.test(second)) yield* blobsIn(join(home, first, second))
    }
  }
}

async function* blobsIn(directory: string): AsyncIterable<ListedBlob> {
  for await (const name of namesIn(directory)) {
    const digest = toDigest(name)
    const file = digest && (await stat(join(directory, name)).catch(() => undefined))
    if (digest && file?.isFile()) yield { digest, size: file.size, storedAt: file.mtime }
  }
}

async function* namesIn(directory: string): AsyncIterable<string> {
  try {
    for await (const { name } of await opendir(directory)) yield name
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw cause
  }
}
