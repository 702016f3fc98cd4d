import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { unzipSync } from 'fflate'
import { extract } from 'tar-stream'

import { InvalidMaterial } from './crafter.ts'
import type { InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'
import { readAll } from './read-document.ts'

/** A regular file of an archive. */
export interface ArchiveEntry {
  /** As it is spelled in the archive, without a leading `./`. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
}

const MAX_ENTRIES = 10_000
/** Of all entries together, unpacked. Those of a tar stream by, those of a zip are in memory. */
const MAX_BYTES: Readonly<Record<ArchiveFormat, number>> = { gzip: 1024 ** 3, zip: 256 * 1024 ** 2 }

export type ArchiveFormat = 'gzip' | 'zip'

export function archiveFormat(head: Uint8Array): ArchiveFormat | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  const magic = Buffer.from(head.subarray(0, 4)).toString('latin1')
  return magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006' ? 'zip' : undefined
}

/** Shows every regular file of a `.tar.gz` as it streams by. Directories and links are passed over, never followed. */
export async function readTarGz(
  kind: MaterialKind,
  evidence: Evidence,
  visit: (entry: ArchiveEntry) => Promise<void>,
): Promise<void> {
  const limits = createLimits(kind, evidence, MAX_BYTES.gzip)
  const tar = extract()
  const feeding = pipeline(Readable.from(evidence.open()), createGunzip(), limits.counted, tar)
  const reading = (async () => {
    for await (const entry of tar) {
      limits.countEntry()
      if (entry.header.type === 'file') {
        await visit({ path: entry.header.name.replace(/^\.\//, ''), bytes: chunksOf(entry) })
      }
      entry.resume()
    }
  })()
  const [fed, read] = await Promise.allSettled([feeding, reading])
  const failed = [read, fed].filter((outcome) => outcome.status === 'rejected')
  if (failed.length === 0) return
  const told = failed.find(({ reason }) => reason instanceof InvalidMaterial)
  if (told) throw told.reason
  throw limits.refusal('it is not a readable tar.gz archive')
}

/** Shows every regular file of a zip archive, which has to be held as a whole. */
export async function readZip(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions & {
    readonly visit: (entry: ArchiveEntry) => Promise<void>
    readonly wants: (path: string) => boolean
  },
): Promise<void> {
  const limits = createLimits(kind, evidence, MAX_BYTES.zip)
  const bytes = await readBounded(kind, evidence, options)
  const files = unzipped(
    bytes,
    (path, size) => {
      limits.countEntry()
      const wanted = options.wants(path)
      if (wanted) limits.countBytes(size)
      return wanted
    },
    limits,
  )
  for (const [path, content] of Object.entries(files)) {
    await options.visit({ path, bytes: Readable.from([content]) })
  }
}

/** Too large for a zip archive of this kind is not too large to be an artifact. */
async function readBounded(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<Uint8Array> {
  try {
    return await readAll(kind, evidence, options)
  } catch (cause) {
    if (!(cause instanceof InvalidMaterial)) throw cause
    throw new InvalidMaterial(kind, cause.message)
  }
}

function unzipped(
  bytes: Uint8Array,
  wants: (path: string, size: number) => boolean,
  limits: Limits,
): Record<string, Uint8Array> {
  try {
    // The size that the archive states is all that is allocated; an entry that is larger is an error.
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => !name.endsWith('/') && wants(name, originalSize),
    })
  } catch (cause) {
    if (cause instanceof InvalidMaterial) throw cause
    throw limits.refusal('it is not a readable zip archive')
  }
}

interface Limits {
  refusal(problem: string): InvalidMaterial
  countEntry(): void
  countBytes(bytes: number): void
  /** The chunks, until they are too many. */
  readonly counted: (chunks: AsyncIterable<unknown>) => AsyncIterable<Uint8Array>
}

function createLimits(kind: MaterialKind, { name }: Evidence, maxBytes: number): Limits {
  let entries = 0
  let total = 0
  const refusal = (problem: string): InvalidMaterial =>
    new InvalidMaterial(kind, `${name} is not ${kind}: ${problem}`)
  const countBytes = (bytes: number): void => {
    total += bytes
    if (total > maxBytes) throw refusal(`it unpacks to more than ${maxBytes} bytes`)
  }
  return {
    refusal,
    countBytes,
    countEntry() {
      entries += 1
      if (entries > MAX_ENTRIES) throw refusal(`it has more than ${MAX_ENTRIES} entries`)
    },
    async *counted(chunks) {
      for await (const chunk of chunksOf(chunks)) {
        countBytes(chunk.length)
        yield chunk
      }
    },
  }
}

async function* chunksOf(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an entry of an archive is bytes')
    yield chunk
  }
}

/** The first bytes, to see what it is. */
export async function headOf(evidence: Evidence): Promise<Uint8Array> {
  for await (const chunk of evidence.open()) if (chunk.length > 0) return chunk
  return new Uint8Array()
}
