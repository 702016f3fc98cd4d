import type { Digest } from '../../digest.ts'
import type { BlobInfo, Bytes, DeclaredBlob, Stored } from '../backend.ts'
import { assertDeclared, tooLarge } from '../refusals.ts'
import type { PartBuffers } from './part-buffers.ts'
import { sendParts } from './send-parts.ts'
import { IN_MEMORY_BYTES } from './spool-store.ts'
import { createSpool, type Spool, type SpoolDeps } from './spool.ts'

/** `existed`: equal bytes were there before. */
export type Outcome = 'stored' | 'existed'

/** A blob as it is sent to the storage. */
export interface SentBlob {
  readonly digest: Digest
  /** The one that it has there already, if it is there. */
  readonly name: string
  /** Something is there, whole (then it is known) or damaged. If nothing is, another upload may still be faster. */
  readonly isThere: boolean
}

/** What a remote storage has to be able to do. Nothing may be visible before `whole` or `complete` is called. */
export interface PartStorage {
  stat(digest: Digest): Promise<BlobInfo | undefined>
  /** Everything at once, verified. `known`: it is there already, but the storage hears nothing of that. */
  whole(blob: SentBlob, content: Uint8Array, known: boolean): Promise<Outcome>
  begin(blob: SentBlob): Promise<PartUpload>
  /** Parts of one upload that may be on their way at once. */
  readonly parallelParts: number
  readonly maxParts: number
  /** Cannot be made to forget parts: nothing is sent before everything is verified. */
  readonly keepsParts: boolean
}

export interface PartUpload {
  /** Parts count from 0; all but the last have the same length. */
  send(index: number, content: Uint8Array): Promise<void>
  /** Makes the verified bytes visible, unless they are known, which then leaves nothing of what was sent. */
  complete(known: boolean): Promise<Outcome>
  /** Removes what was sent. */
  abort(): Promise<void>
}

export interface PutDeps extends SpoolDeps {
  readonly buffers: PartBuffers
}

/**
 * `BlobBackend.put` for remote storage: one request for what fits into one part, else parts while more arrives. A known
 * blob is sent all the same: who may not know of it must not see it in the time it takes.
 */
export async function putInParts(
  deps: PutDeps,
  storage: PartStorage,
  { blob, bytes }: { readonly blob: DeclaredBlob; readonly bytes: Bytes },
): Promise<Stored> {
  const maxBytes = storage.maxParts * deps.buffers.bytes
  if ((blob.size ?? 0) > maxBytes) throw tooLarge(maxBytes)
  await using spool = createSpool(deps, bytes)
  const [arrived, before] = await Promise.all([
    spool.arrived(deps.buffers.bytes + 1),
    storage.stat(blob.digest),
  ])
  const sent = {
    digest: blob.digest,
    name: before?.name ?? blob.name,
    isThere: before !== undefined,
  }
  const verified = async (): Promise<{ size: number; known: boolean }> => {
    const found = await spool.found
    assertDeclared(blob, found)
    return { size: found.size, known: before?.size === found.size }
  }

  const whole = arrived <= deps.buffers.bytes
  if (whole || storage.keepsParts) await verified()
  const outcome = whole
    ? await sendWhole(deps, { spool, ...(await verified()) }, (content, known) =>
        storage.whole(sent, content, known),
      )
    : await sendParts(deps.buffers, spool, { storage, sent, verified })
  const { size, known } = await verified()
  return { size, existed: known || outcome === 'existed' }
}

async function sendWhole(
  { buffers }: PutDeps,
  { spool, size, known }: { readonly spool: Spool; readonly size: number; readonly known: boolean },
  send: (content: Uint8Array, known: boolean) => Promise<Outcome>,
): Promise<Outcome> {
  if (size <= IN_MEMORY_BYTES) {
    const content = new Uint8Array(size)
    await spool.read(content, 0)
    return send(content, known)
  }
  return buffers.lend(async (buffer) => {
    await spool.read(buffer.subarray(0, size), 0)
    return send(buffer.subarray(0, size), known)
  })
}
