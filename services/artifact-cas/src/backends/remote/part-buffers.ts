/** Memory for parts on their way to remote storage: a fixed number for the whole process, whatever goes on. */
export interface PartBuffers {
  /** Of each buffer. */
  readonly bytes: number
  /** Waits for its turn. */
  lend<T>(use: (buffer: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T>
}

/** `count` buffers of `bytes` each. */
export function createPartBuffers(count: number, bytes: number): PartBuffers {
  const free: Uint8Array<ArrayBuffer>[] = []
  const waiting: (() => void)[] = []
  let lent = 0

  async function turn(): Promise<void> {
    if (lent < count) lent += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function release(): void {
    const next = waiting.shift()
    if (next) next()
    else lent -= 1
  }

  return {
    bytes,
    async lend(use) {
      await turn()
      try {
        const buffer = free.pop() ?? new Uint8Array(bytes)
        const result = await use(buffer)
        // Only after success: a request that failed may still read its buffer, which must not hold another's bytes then.
        free.push(buffer)
        return result
      } finally {
        release()
      }
    },
  }
}
