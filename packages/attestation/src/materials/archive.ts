import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

import { unzipSync } from 'fflate'

import { MAX_ZIP_BYTES, createMeter, limitsOf } from './archive-limits.ts'
import type { ArchiveLimits, Meter } from './archive-limits.ts'
import { InvalidMaterial } from './crafter.ts'
import type { InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'
import { MAX_DOCUMENT_BYTES, readAll, tooLarge } from './read-document.ts'

/** A regular file of an archive. */
export interface ArchiveEntry {
  /** As it is spelled in the archive, without a leading `./`. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface ArchiveRules extends InspectOptions {
  /** Where the kind differs from the defaults. */
  readonly limits?: Partial<ArchiveLimits> | undefined
  /** Entries that nobody wants are counted and not unpacked. Default: all are wanted. */
  readonly wants?: (path: string) => boolean
  readonly visit: (entry: ArchiveEntry) => Promise<void>
}

export type ArchiveFormat = 'tar' | 'tar.gz' | 'zip'

/** By its first bytes; undefined: it is no archive. */
export async function archiveFormat(evidence: Evidence): Promise<ArchiveFormat | undefined> {
  const head = await headOf(evidence)
  if (isGzip(head)) return 'tar.gz'
  if (isTar(head)) return 'tar'
  const magic = Buffer.from(head.subarray(0, 4)).toString('latin1')
  return magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006' ? 'zip' : undefined
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

/** POSIX.1-1988 and later; `headOf` reads far enough. */
export function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar'
}

export async function readArchive(
  kind: MaterialKind,
  evidence: Evidence,
  rules: ArchiveRules & { readonly format: ArchiveFormat },
): Promise<void> {
  if (rules.format === 'zip') return readZip(kind, evidence, rules)
  // Most kinds never open one.
  const { readTar } = await import('./tar-archive.ts')
  return readTar(kind, rules.format === 'tar' ? evidence : gunzipped(evidence), rules)
}

/** Shows every regular file of a zip archive, which has to be held as a whole. */
async function readZip(kind: MaterialKind, evidence: Evidence, rules: ArchiveRules): Promise<void> {
  const { wants = () => true, visit } = rules
  const limits = limitsOf(rules, { bytes: MAX_ZIP_BYTES, ...rules.limits })
  const meter = createMeter(kind, evidence, limits)
  const files = unzipped(
    await readBounded(kind, evidence, rules),
    (path, size) => {
      meter.countEntry(path)
      const wanted = !path.endsWith('/') && wants(path)
      if (wanted) meter.countBytes(size)
      return wanted
    },
    meter,
  )
  for (const [path, content] of Object.entries(files)) {
    await visit({ path, bytes: Readable.from([content]) })
  }
}

/** Too large for a zip archive of this kind is not too large to be an artifact. */
async function readBounded(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<Uint8Array> {
  try {
    // What is known to be too large is not read to find out.
    const { maxDocumentBytes: limit = MAX_DOCUMENT_BYTES } = options
    if (evidence.size > limit) throw tooLarge(kind, evidence, limit)
    return await readAll(kind, evidence, options)
  } catch (cause) {
    if (!(cause instanceof InvalidMaterial)) throw cause
    throw new InvalidMaterial(kind, cause.message)
  }
}

function unzipped(
  bytes: Uint8Array,
  wants: (path: string, size: number) => boolean,
  meter: Meter,
): Record<string, Uint8Array> {
  try {
    // The size that the archive states is all that is allocated; an entry that is larger is an error.
    return unzipSync(bytes, { filter: ({ name, originalSize }) => wants(name, originalSize) })
  } catch (cause) {
    if (cause instanceof InvalidMaterial) throw cause
    throw meter.refusal('it is not a readable zip archive')
  }
}

/** What a gzip file holds, as a stream that fails where the file is broken. */
export function gunzipped(evidence: Evidence): Evidence {
  return {
    ...evidence,
    // The error is the stream's as well.
    open: () => pipeline(Readable.from(evidence.open()), createGunzip(), () => {}),
  }
}

const HEAD_BYTES = 512

/** The first bytes, to see what it is; fewer only where there are no more. */
export async function headOf(evidence: Evidence): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of evidence.open()) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= HEAD_BYTES) break
  }
  return Buffer.concat(chunks)
}
