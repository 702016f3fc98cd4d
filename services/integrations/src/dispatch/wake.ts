import { setTimeout as delay } from 'node:timers/promises'

/** Somebody who sleeps until there is something to do. */
export interface Wake {
  wake(): void
  /** Until `wake`, also one since the last call, or until the time is over. */
  sleep(ms: number): Promise<void>
}

export function createWake(): Wake {
  let called = false
  let interrupt: AbortController | undefined
  return {
    wake() {
      called = true
      interrupt?.abort()
    },
    async sleep(ms) {
      if (!called) {
        interrupt = new AbortController()
        await delay(ms, undefined, { signal: interrupt.signal }).catch(() => undefined)
        interrupt = undefined
      }
      called = false
    },
  }
}
