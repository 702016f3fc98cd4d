import { setTimeout as sleep } from 'node:timers/promises'

/** Tries again until it holds; the test's own time limit ends it. */
export async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await assertion()
    } catch {
      await sleep(5)
    }
  }
}
