/** Passes items on; throws what `late` makes when one takes longer than `idleMs` to come. */
export async function* inTime<T>(
  items: AsyncIterable<T>,
  idleMs: number,
  late: (idleMs: number) => Error,
): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]()
  let finished = false
  try {
    for (;;) {
      const step = await within(iterator.next(), idleMs, late)
      if (step.done) break
      yield step.value
    }
    finished = true
  } finally {
    // Not awaited: a source that never answers would not answer this either.
    if (!finished) iterator.return?.().catch(() => {})
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
