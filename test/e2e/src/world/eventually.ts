import { setTimeout as delay } from 'node:timers/promises'

/** Asks again until the answer is there: for what happens in another process some time later. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`it did not happen: ${what}`)
    await delay(50)
  }
}
