import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'

import { storageFailure } from '../refusals.ts'

export const IN_MEMORY_BYTES = 64 * 1024

/** Bytes in the order in which they came: few in memory, more in a file without a name. */
export interface Store {
  append(block: Uint8Array): Promise<void>
  read(into: Uint8Array, start: number): Promise<void>
  close(): Promise<void>
}

/** `directory`: for the file, which is unlinked as soon as it is open: nothing is left of it, whatever dies. */
export function createStore(directory: string): Store {
  let memory: Uint8Array[] = []
  let size = 0
  let file: FileHandle | undefined

  async function write(handle: FileHandle, block: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < block.byteLength;) {
      const { bytesWritten } = await handle.write(block, done, block.byteLength - done, at + done)
      done += bytesWritten
    }
  }

  async function spill(): Promise<FileHandle> {
    const handle = await openUnnamed(directory)
    file = handle
    await write(handle, Buffer.concat(memory), 0)
    memory = []
    return handle
  }

  return {
    async append(block) {
      try {
        if (!file && size + block.byteLength <= IN_MEMORY_BYTES) memory.push(block)
        else await write(file ?? (await spill()), block, size)
        size += block.byteLength
      } catch (cause) {
        throw storageFailure(cause)
      }
    },
    async read(into, start) {
      if (!file) {
        into.set(Buffer.concat(memory).subarray(start, start + into.byteLength))
        return
      }
      for (let done = 0; done < into.byteLength;) {
        const { bytesRead } = await file.read(into, done, into.byteLength - done, start + done)
        if (bytesRead === 0) throw new Error(`the spool ends at ${start + done}`)
        done += bytesRead
      }
    },
    close: async () => file?.close(),
  }
}

async function openUnnamed(directory: string): Promise<FileHandle> {
  const path = join(directory, randomUUID())
  const handle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return handle
}
