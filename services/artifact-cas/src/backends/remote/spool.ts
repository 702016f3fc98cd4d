import type { Hashed, HashPool } from '../../hashing/hash-pool.ts'
import type { Bytes } from '../backend.ts'
import { createMark, type Mark } from './mark.ts'
import { createStore, type Store } from './spool-store.ts'

/** What a client is sending: hashed as it comes, and kept so that it can be sent on in parts, and again. */
export interface Spool extends AsyncDisposable {
  /** Digest and size, when everything has come; throws what the source threw. */
  readonly found: Promise<Hashed>
  /** Waits until `count` bytes have come, or all; gives how many of them there are. Throws what the source threw. */
  arrived(count: number): Promise<number>
  /** Waits for the bytes from `start` on and fills the buffer as far as there are any; gives how many. */
  read(buffer: Uint8Array, start: number): Promise<number>
}

export interface SpoolDeps {
  readonly pool: HashPool
  /** For what does not fit into memory. */
  readonly directory: string
}

const MAX_IN_FLIGHT = 8

/** Takes blocks until they end, fail, or the spool is disposed. */
export function createSpool({ pool, directory }: SpoolDeps, bytes: Bytes): Spool {
  const store = createStore(directory)
  const mark = createMark()
  let wanted = true
  const found = fill(
    { pool, store, mark },
    whileWanted(bytes, () => wanted),
  )
  found.catch(() => {})
  return {
    found,
    arrived: (count) => mark.reached(count),
    async read(buffer, start) {
      const end = await mark.reached(start + buffer.byteLength)
      const count = Math.max(0, end - start)
      await store.read(buffer.subarray(0, count), start)
      return count
    },
    [Symbol.asyncDispose]() {
      wanted = false
      const closed = found.catch(() => {}).then(() => store.close())
      // A source that gives nothing more would keep us waiting; the file is closed when it stops.
      return mark.ended() ? closed : Promise.resolve()
    },
  }
}

async function* whileWanted(bytes: Bytes, isWanted: () => boolean): Bytes {
  for await (const block of bytes) {
    if (!isWanted()) throw new Error('nobody wants these bytes any more')
    yield block
  }
}

interface Target {
  readonly pool: HashPool
  readonly store: Store
  readonly mark: Mark
}

async function fill({ pool, store, mark }: Target, bytes: Bytes): Promise<Hashed> {
  const session = await pool.open({ giveBack: true })
  try {
    const inFlight: Promise<void>[] = []
    let last = Promise.resolve()
    for await (const block of bytes) {
      last = keep(Promise.all([session.give(block), last]), { store, mark })
      last.catch(() => {})
      inFlight.push(last)
      if (inFlight.length >= MAX_IN_FLIGHT) await inFlight.shift()
    }
    await last
    const found = await session.finish()
    mark.end()
    return found
  } catch (cause) {
    session.abort()
    mark.end({ cause })
    throw cause
  }
}

async function keep(
  hashed: Promise<[Uint8Array<ArrayBuffer> | undefined, void]>,
  { store, mark }: Pick<Target, 'store' | 'mark'>,
): Promise<void> {
  const [block] = await hashed
  if (!block || block.byteLength === 0) return
  await store.append(block)
  mark.advance(block.byteLength)
}
