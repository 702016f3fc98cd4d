export interface Limit {
  /** Uses of a key that one window allows. */
  readonly points: number
  readonly windowSeconds: number
}

export interface LimitOutcome {
  readonly allowed: boolean
  /** 0 when allowed; else when the next use may succeed. */
  readonly retryAfterMs: number
}

/**
 * What replicas of a service tell each other. Losing it makes things slower, never wrong:
 * limits fall back to counting per process, caches are told to forget everything, live events are missed.
 */
export interface Coordination extends AsyncDisposable {
  /** Uses the key once. The window starts with the first use. */
  limit(key: string, limit: Limit): Promise<LimitOutcome>

  /** Tells every replica, this one included, to forget a key. */
  invalidate(channel: string, key: string): Promise<void>

  /**
   * Calls back with the key to forget, or with `undefined` for everything: when the bus is lost,
   * every second while it is lost, and once it is back.
   */
  onInvalidate(channel: string, callback: (key: string | undefined) => void): Disposable

  /** A live event for whoever listens now. Lost when nobody does, or the bus is down. */
  publish(topic: string, message: string): Promise<void>

  /**
   * Events from the first `next()` on, in order, until the signal aborts; then it ends without error.
   * A reader that is more than 256 events behind misses the oldest.
   */
  subscribe(topic: string, signal: AbortSignal): AsyncIterable<string>

  /** Notes something for all replicas, for so many seconds. Lost when the shared memory is, or cannot be reached. */
  remember(key: string, value: string, seconds: number): Promise<void>

  /** What some replica noted; undefined when nobody did, when it has run out, or is lost. */
  recall(key: string): Promise<string | undefined>

  forget(key: string): Promise<void>
}
