/** Values that run out, in this process. */
export interface Notes {
  put(key: string, value: string, seconds: number): void
  get(key: string): string | undefined
  delete(key: string): void
}

interface Note {
  readonly value: string
  /** On the clock that no administrator turns. */
  readonly until: number
}

const SWEEP_ABOVE = 1000

export function createNotes(): Notes {
  const notes = new Map<string, Note>()
  const sweep = (now: number): void => {
    for (const [key, { until }] of notes) if (until <= now) notes.delete(key)
  }
  return {
    put(key, value, seconds) {
      const now = performance.now()
      if (notes.size > SWEEP_ABOVE) sweep(now)
      notes.set(key, { value, until: now + seconds * 1000 })
    },
    get(key) {
      const note = notes.get(key)
      return note && note.until > performance.now() ? note.value : undefined
    },
    delete: (key) => void notes.delete(key),
  }
}
