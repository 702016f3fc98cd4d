import { EventEmitter } from 'node:events'

type Listener = (message: string | undefined) => void

/** Hands what arrives in this process to its listeners, by topic. */
export interface FanOut {
  readonly topics: () => string[]
  send(topic: string, message: string | undefined): void
  listen(topic: string, listener: Listener): Disposable
  /** Listens from the first `next()`; keeps at most `MAX_BEHIND` for a slow reader. */
  iterate(topic: string, signal: AbortSignal): AsyncIterable<string>
}

const MAX_BEHIND = 256

export function fanOut(): FanOut {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)

  function listen(topic: string, listener: Listener): Disposable {
    emitter.on(topic, listener)
    return { [Symbol.dispose]: () => void emitter.off(topic, listener) }
  }

  return {
    topics: () => emitter.eventNames().map(String),
    send: (topic, message) => void emitter.emit(topic, message),
    listen,
    async *iterate(topic, signal) {
      const behind: string[] = []
      let wakeUp = (): void => {}
      using _ = listen(topic, (message) => {
        if (message === undefined) return
        behind.push(message)
        if (behind.length > MAX_BEHIND) behind.shift()
        wakeUp()
      })
      const wake = (): void => wakeUp()
      signal.addEventListener('abort', wake)
      try {
        while (!signal.aborted) {
          const next = behind.shift()
          if (next !== undefined) yield next
          else {
            await new Promise<void>((resolve) => {
              wakeUp = resolve
            })
          }
        }
      } finally {
        signal.removeEventListener('abort', wake)
      }
    },
  }
}
