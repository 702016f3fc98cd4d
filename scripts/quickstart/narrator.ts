import { say, secondsSince } from '../lib/say.ts'

export interface Narrator {
  /** Tells what comes, does it, and says how long it took. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>
  /** A line under the current step. */
  readonly tell: (text: string) => void
}

export function createNarrator(): Narrator {
  let number = 0
  return {
    async step(title, work) {
      number += 1
      say(`\n${number}. ${title}`)
      const start = performance.now()
      const result = await work()
      say(`   (${secondsSince(start)})`)
      return result
    },
    tell: (text) => {
      for (const line of text.trimEnd().split('\n')) say(`   ${line}`)
    },
  }
}
