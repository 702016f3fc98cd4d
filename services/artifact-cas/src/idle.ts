/** Items that somebody else may break off, even while one is waited for. */
export interface Interruptible<T> extends AsyncIterable<T> {
  /** Whoever waits for the next item, or asks for one later, gets this. */
  readonly interrupt: (cause: Error) => void
}

/** The source is closed then, but not waited for: one that never answers would not answer that either. */
export function interruptible<T>(items: AsyncIterable<T>): Interruptible<T> {
  const iterator = items[Symbol.asyncIterator]()
  const close = (): void => void iterator.return?.().catch(() => {})
  // Not a race with one lasting promise, which would remember every item until the last.
  let refuse = (_cause: Error): void => {}
  let interrupted: Error | undefined
  return {
    interrupt(cause) {
      if (interrupted) return
      interrupted = cause
      refuse(cause)
      close()
    },
    [Symbol.asyncIterator]: () => ({
      next() {
        if (interrupted) return Promise.reject(interrupted)
        return new Promise((resolve, reject) => {
          refuse = reject
          iterator.next().then(resolve, reject)
        })
      },
      async return() {
        close()
        return { done: true, value: undefined }
      },
    }),
  }
}

/** Passes items on; throws what `late` makes when one takes longer than `idleMs` to come. */
export async function* inTime<T>(
  items: AsyncIterable<T>,
  idleMs: number,
  late: (idleMs: number) => Error,
): AsyncGenerator<T> {
  const source = interruptible(items)
  let waiting = true
  const timer = setTimeout(() => {
    if (waiting) source.interrupt(late(idleMs))
  }, idleMs)
  try {
    for await (const item of source) {
      waiting = false
      yield item
      waiting = true
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for a promise, at most this long. */
export async function within<T>(
  promise: Promise<T>,
  idleMs: number,
  late: (idleMs: number) => Error,
): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late(idleMs)), idleMs)
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** Rings unless it is disposed of in time. */
export function alarm(afterMs: number, ring: () => void): Disposable {
  const timer = setTimeout(ring, afterMs)
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
