import type { Bytes } from '../backends/backend.ts'

/** Bytes that arrive in several goes for one reader, who sets the pace. */
export interface Pipe {
  readonly bytes: Bytes
  /** Resolves when the reader asks for bytes for the first time. */
  readonly wanted: Promise<void>
  /** Resolves when there is room for more. Throws when nobody reads any more. */
  write(block: Uint8Array): Promise<void>
  /** The reader sees the end. */
  end(): void
  /** The reader sees this failure. */
  fail(cause: Error): void
}

const MAX_WAITING_BLOCKS = 8

export function createPipe(): Pipe {
  const wanted = Promise.withResolvers<void>()
  const waiting: Uint8Array[] = []
  let changed = Promise.withResolvers<void>()
  const state: { ended: boolean; failure: Error | undefined } = { ended: false, failure: undefined }

  function change(): void {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  function fail(cause: Error): void {
    state.failure ??= cause
    change()
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    wanted.resolve()
    try {
      for (;;) {
        if (state.failure) throw state.failure
        const block = waiting.shift()
        if (!block && state.ended) return
        if (!block) await changed.promise
        else {
          change()
          yield block
        }
      }
    } finally {
      fail(new Error('nobody reads any more'))
    }
  }

  return {
    bytes: { [Symbol.asyncIterator]: read },
    wanted: wanted.promise,
    async write(block) {
      while (waiting.length >= MAX_WAITING_BLOCKS && !state.failure) await changed.promise
      if (state.failure) throw state.failure
      waiting.push(block)
      change()
    },
    end() {
      state.ended = true
      change()
    },
    fail,
  }
}
