/**
 * Closes a generator when the signal aborts, even while nobody asks it for anything: a consumer that waits for a
 * client who is gone never comes back to close it, and what it holds open would stay so.
 */
export function endWith<T>(signal: AbortSignal, items: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]()
  const end = (): void => void iterator.return?.().catch(() => {})
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return { [Symbol.asyncIterator]: () => iterator }
}
