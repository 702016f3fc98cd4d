import { randomUUID } from 'node:crypto'
import {
  type FileHandle,
  mkdir,
  open,
  readFile as readWhole,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'

import type { Digest } from '../../digest.ts'
import type { HashPool } from '../../hashing/hash-pool.ts'
import { receive } from '../../hashing/receive.ts'
import type {
  BlobBackend,
  BlobInfo,
  BlobProvider,
  Bytes,
  DeclaredBlob,
  Stored,
} from '../backend.ts'
import { assertDeclared, blobNotFound, storageFailure } from '../refusals.ts'
import { collectSmall, isSmall } from './collect-small.ts'
import { type Incoming, openIncoming } from './incoming.ts'
import { homeOf, pathsOf } from './layout.ts'
import { listFiles } from './list-files.ts'
import { readFile } from './read-file.ts'
import { removeFile, sizeOf } from './remove-file.ts'

/** Blobs as plain files below `root`, one folder per organization. Removes leftovers of earlier processes first. */
export async function createFilesystemProvider(
  root: string,
  pool: HashPool,
): Promise<BlobProvider> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const incoming = await openIncoming(root)
  return {
    id: 'FILESYSTEM',
    open: (place) => filesystemBackend({ home: homeOf(root, place), incoming, pool }),
    async check() {
      const file = join(incoming.directory, `probe-${randomUUID()}`)
      await writeFile(file, 'x', { flag: 'wx', mode: 0o600 })
      await rm(file)
    },
    [Symbol.asyncDispose]: () => incoming[Symbol.asyncDispose](),
  }
}

interface Folder {
  readonly home: string
  readonly incoming: Incoming
  readonly pool: HashPool
}

function filesystemBackend({ home, incoming, pool }: Folder): BlobBackend {
  async function stat(digest: Digest): Promise<BlobInfo | undefined> {
    const paths = pathsOf(home, digest)
    const size = await sizeOf(paths.blob)
    return size === undefined ? undefined : { digest, size, name: await nameIn(paths.name, digest) }
  }

  async function put(blob: DeclaredBlob, bytes: Bytes): Promise<Stored> {
    const file = incoming.newFile()
    const to = pathsOf(home, blob.digest)
    try {
      if (isSmall(blob)) {
        const content = await collectSmall(blob, bytes)
        const commit = { file, to, size: content.byteLength, name: blob.name }
        const found = await pool.store(content, blob.digest, commit)
        assertDeclared(blob, found)
        return { size: found.size, existed: found.existed }
      }
      const { digest, size } = await receive(pool, file, bytes)
      assertDeclared(blob, { digest, size })
      return { size, existed: await pool.commit({ file, to, size, name: blob.name }) }
    } catch (cause) {
      await rm(file, { force: true })
      throw storageFailure(cause)
    }
  }

  return {
    stat,
    put,
    async get(digest, range) {
      const path = pathsOf(home, digest).blob
      const end = range?.end ?? (await sizeOf(path)) ?? 0
      return readFile(await openBlob(path, digest), { start: range?.start ?? 0, end })
    },
    remove: (digest) => removeFile(pathsOf(home, digest)),
    list: () => listFiles(home),
  }
}

async function openBlob(path: string, digest: Digest): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') throw blobNotFound(digest)
    throw cause
  }
}

/** The name is a convenience: a blob whose name was lost is called by its digest. */
async function nameIn(path: string, digest: Digest): Promise<string> {
  const name = await readWhole(path, 'utf8').catch(() => '')
  return name === '' ? digest.slice('sha256:'.length) : name
}
