import { InvalidMaterial } from './crafter.ts'
import type { InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

/** What an archive may unpack to before it is refused. */
export interface ArchiveLimits {
  /** Headers, also of what is passed over. */
  readonly entries: number
  /** Bytes of all entries together. Those of a tar stream by, those of a zip are held in memory. */
  readonly bytes: number
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 10_000, bytes: 1024 ** 3 }

/** Of a zip, which is held as a whole. */
export const MAX_ZIP_BYTES = 256 * 1024 ** 2

/** Counts what comes out of an archive. Every refusal names kind and file. */
export interface Meter {
  refusal(problem: string): InvalidMaterial
  countEntry(path: string): void
  countBytes(bytes: number): void
  /** The chunks, until they are too many. */
  counted(chunks: AsyncIterable<unknown>): AsyncIterable<Uint8Array>
}

export function createMeter(kind: MaterialKind, { name }: Evidence, limits: ArchiveLimits): Meter {
  let entries = 0
  let total = 0
  const refusal = (problem: string): InvalidMaterial =>
    new InvalidMaterial(kind, `${name} is not ${kind}: ${problem}`)
  const countBytes = (bytes: number): void => {
    total += bytes
    if (total > limits.bytes) throw refusal(`it unpacks to more than ${limits.bytes} bytes`)
  }
  return {
    refusal,
    countBytes,
    countEntry(path) {
      entries += 1
      if (entries > limits.entries) throw refusal(`it has more than ${limits.entries} entries`)
      if (leavesItsFolder(path)) {
        throw refusal(`the entry ${JSON.stringify(path.slice(0, 200))} lies outside of it`)
      }
    },
    async *counted(chunks) {
      for await (const chunk of chunksOf(chunks)) {
        countBytes(chunk.length)
        yield chunk
      }
    },
  }
}

/** What the caller sets outranks what the kind sets. */
export function limitsOf(
  { archiveLimits }: InspectOptions,
  ofKind: Partial<ArchiveLimits> = {},
): ArchiveLimits {
  return { ...ARCHIVE_LIMITS, ...ofKind, ...archiveLimits }
}

/** Nothing is ever unpacked to a disk here, but whoever fetches the archive will do that (CWE-22). */
function leavesItsFolder(path: string): boolean {
  return /^(?:[/\\]|[a-z]:)/i.test(path) || /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)
}

export async function* chunksOf(chunks: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an entry of an archive is bytes')
    yield chunk
  }
}
