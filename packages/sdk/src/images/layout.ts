import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import { hexOf, sha256, type Digest } from '@chainloop/attestation/digest'
import { archiveFormat, readArchive } from '@chainloop/attestation/materials/archive'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import { MAX_MANIFEST_BYTES, parseContent, type Content } from '@chainloop/oci/descriptor'
import { OciError } from '@chainloop/oci/errors'

import { ImageNotResolved } from './image-not-resolved.ts'

/** OCI image specification, image-layout.md: a folder or a tar archive of it. */
export interface Layout {
  /** `index.json` */
  readonly index: Content
  /** A manifest or an index, compared with its digest. Rejects with `ImageNotResolved`. */
  readonly read: (digest: Digest) => Promise<Buffer>
}

/** A file of the layout; undefined: there is none. */
type ReadFile = (path: string) => Promise<Buffer | undefined>

/** Images are large, but their layers only stream by. */
const ARCHIVE_LIMITS = { entries: 100_000, bytes: 1024 ** 4 }

/** Whether there is a folder with a layout. */
export async function isLayoutFolder(path: string): Promise<boolean> {
  return exists(join(path, 'oci-layout'))
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Rejects with `ImageNotResolved`, or with `InvalidMaterial` for an archive that is none. */
export async function openLayout(path: string): Promise<Layout> {
  const isFolder = (await stat(path)).isDirectory()
  const read = isFolder ? inFolder(path) : await inArchive(path)
  const version = await read('oci-layout')
  const index = await read('index.json')
  if (version === undefined || index === undefined) {
    throw new ImageNotResolved(
      `${path} is no OCI image layout: it has no oci-layout or no index.json`,
    )
  }
  assertVersion(version, path)
  return {
    index: contentOf(index, `${path}: index.json`),
    read: async (digest) => {
      const bytes = await read(`blobs/sha256/${hexOf(digest)}`)
      if (bytes === undefined) throw new ImageNotResolved(`${path} does not have ${digest}`)
      if (sha256(bytes) === digest) return bytes
      throw new ImageNotResolved(`${path} has other bytes than ${digest} under that name`)
    },
  }
}

export function contentOf(bytes: Buffer, what: string): Content {
  try {
    return parseContent(bytes)
  } catch (cause) {
    if (cause instanceof OciError)
      throw new ImageNotResolved(`${what}: ${cause.message}`, { cause })
    throw cause
  }
}

/** Image-layout.md §oci-layout file. */
function assertVersion(bytes: Buffer, path: string): void {
  if (/"imageLayoutVersion"\s*:\s*"1\.\d+\.\d+"/.test(bytes.toString('utf8'))) return
  throw new ImageNotResolved(`${path} is an OCI image layout of a version that is not known`)
}

function inFolder(folder: string): ReadFile {
  return async (path) => {
    const file = join(folder, path)
    const found = await stat(file).catch(() => undefined)
    if (found === undefined || !found.isFile()) return undefined
    if (found.size > MAX_MANIFEST_BYTES) throw tooLarge(file)
    return readFile(file)
  }
}

/** Each file is looked for from the start: there are few, and the order in an archive is anybody's. */
async function inArchive(path: string): Promise<ReadFile> {
  const { size } = await stat(path)
  const evidence: Evidence = { name: path, size, open: () => createReadStream(path) }
  const format = await archiveFormat(evidence)
  if (format === undefined || format === 'zip') {
    throw new ImageNotResolved(
      `${path} is neither a folder nor a tar archive with an OCI image layout`,
    )
  }
  return async (wanted) => {
    let found: Buffer | undefined
    await readArchive('CONTAINER_IMAGE', evidence, {
      format,
      limits: ARCHIVE_LIMITS,
      wants: (entry) => entry === wanted,
      visit: async ({ bytes }) => {
        found = await buffer(bounded(bytes, `${path}: ${wanted}`))
      },
    })
    return found
  }
}

async function* bounded(
  bytes: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > MAX_MANIFEST_BYTES) throw tooLarge(what)
    yield chunk
  }
}

function tooLarge(what: string): InvalidMaterial {
  return new InvalidMaterial('CONTAINER_IMAGE', `${what} has more than ${MAX_MANIFEST_BYTES} bytes`)
}
