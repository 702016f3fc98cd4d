export interface Pool<T> {
  /** For the caller alone until it is disposed of. */
  take(): Promise<{ readonly item: T } & AsyncDisposable>
  /** Now what nobody has, the others when they come back. */
  close(): Promise<void>
}

/** Items that are expensive to open and cheap to renew. */
export function createPool<T extends AsyncDisposable>(
  open: () => Promise<T>,
  renew: (item: T) => Promise<void>,
): Pool<T> {
  const idle: T[] = []
  let closed = false
  return {
    async take() {
      const used = idle.pop()
      if (used) await renew(used)
      const item = used ?? (await open())
      return {
        item,
        async [Symbol.asyncDispose]() {
          if (closed) await item[Symbol.asyncDispose]()
          else idle.push(item)
        },
      }
    },
    async close() {
      closed = true
      await Promise.all(idle.splice(0).map((item) => item[Symbol.asyncDispose]()))
    },
  }
}
