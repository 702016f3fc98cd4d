/** How far an upload is, as its own client may ask on another connection. */
export interface Progress {
  /** Bytes taken so far. An upload that broke is forgotten: it starts again at 0. */
  committedBytes: number
  complete: boolean
}

export interface Uploads {
  /** Remembers an upload until it is forgotten, or many others have come. */
  start(key: string): Progress
  forget(key: string): void
  find(key: string): Progress | undefined
}

const MAX_REMEMBERED = 10_000

/** `key` holds what only the uploader knows: its token's id and the resource name. */
export function createUploads(): Uploads {
  const known = new Map<string, Progress>()
  return {
    start(key) {
      const progress = { committedBytes: 0, complete: false }
      known.delete(key)
      known.set(key, progress)
      const oldest = known.keys().next().value
      if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest)
      return progress
    },
    forget: (key) => void known.delete(key),
    find: (key) => known.get(key),
  }
}
