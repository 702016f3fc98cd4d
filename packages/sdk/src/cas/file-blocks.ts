import { open } from 'node:fs/promises'

const BLOCK_BYTES = 1 << 20

/**
 * A file from an offset on, in blocks of 1 MiB. The next block is read while one is used, into the memory of the last
 * but one: a block is good until the next is asked for.
 */
export async function* fileBlocks(path: string, from = 0): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r')
  const read = (into: Uint8Array<ArrayBuffer>, at: number) => file.read(into, 0, BLOCK_BYTES, at)
  let [now, next] = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)]
  let reading = read(now, from)
  try {
    for (let at = from; ;) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return
      at += bytesRead
      reading = read(next, at)
      reading.catch(() => {})
      yield now.subarray(0, bytesRead)
      ;[now, next] = [next, now]
    }
  } finally {
    // The file must not be closed under a read.
    await reading.catch(() => {})
  }
}
