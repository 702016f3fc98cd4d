import { tooLarge } from '../refusals.ts'
import type { PartBuffers } from './part-buffers.ts'
import type { Outcome, PartStorage, PartUpload, SentBlob } from './put-in-parts.ts'
import type { Spool } from './spool.ts'

export interface SendParts {
  readonly storage: PartStorage
  readonly sent: SentBlob
  /** Waits for the end of the bytes; throws unless they are as declared. */
  readonly verified: () => Promise<{ readonly known: boolean }>
}

/** Sends parts as they arrive; what was sent is removed again if anything fails. */
export async function sendParts(
  buffers: PartBuffers,
  spool: Spool,
  { storage, sent, verified }: SendParts,
): Promise<Outcome> {
  const upload = await storage.begin(sent)
  try {
    await sendAll(buffers, spool, { storage, upload })
    const { known } = await verified()
    return await upload.complete(known)
  } catch (cause) {
    // The first failure is the one to tell; the storage's own rules remove what could not be removed here.
    await upload.abort().catch(() => {})
    throw cause
  }
}

async function sendAll(
  buffers: PartBuffers,
  spool: Spool,
  { storage, upload }: { readonly storage: PartStorage; readonly upload: PartUpload },
): Promise<void> {
  const sending = new Set<Promise<void>>()
  const state = { next: 0, failed: false }

  const sendNext = (index: number): Promise<void> =>
    buffers.lend(async (buffer) => {
      const count = await spool.read(buffer, index * buffers.bytes)
      if (!state.failed) await upload.send(index, buffer.subarray(0, count))
    })

  async function takeTurns(): Promise<void> {
    for (;;) {
      const index = state.next++
      const start = index * buffers.bytes
      // No buffer is taken before it can be filled, so that a slow client keeps none from others.
      if ((await spool.arrived(start + buffers.bytes)) <= start || state.failed) return
      if (index >= storage.maxParts) throw tooLarge(storage.maxParts * buffers.bytes)
      const sent = sendNext(index)
      sending.add(sent)
      await sent.finally(() => sending.delete(sent))
    }
  }

  try {
    await Promise.all(Array.from({ length: storage.parallelParts }, takeTurns))
  } catch (cause) {
    state.failed = true
    // A part that arrives after the upload was given up would stay.
    await Promise.allSettled(sending)
    throw cause
  }
}
