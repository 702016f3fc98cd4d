import type { Bytes } from '../backends/backend.ts'
import type { Hashed, HashPool, HashSession } from './hash-pool.ts'

const MAX_IN_FLIGHT = 8

/** Hands all blocks to a worker, which hashes them and writes the file; at most eight are on their way at once. */
export async function receive(pool: HashPool, file: string, bytes: Bytes): Promise<Hashed> {
  const session = await pool.open({ file })
  try {
    await giveAll(session, bytes)
    return await session.finish()
  } catch (cause) {
    session.abort()
    throw cause
  }
}

async function giveAll(session: HashSession, bytes: Bytes): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  let failure: { readonly cause: unknown } | undefined
  for await (const block of bytes) {
    if (failure) throw failure.cause
    if (block.byteLength === 0) continue
    const taken: Promise<void> = session
      .give(block)
      .then(
        () => {},
        (cause: unknown) => {
          failure ??= { cause }
        },
      )
      .finally(() => inFlight.delete(taken))
    inFlight.add(taken)
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  if (failure) throw failure.cause
}
