import { setTimeout as delay } from 'node:timers/promises'

import type { Program } from './program.ts'

/** A program that is killed and comes back in the same place. */
export interface Restartable extends AsyncDisposable {
  readonly pid: number | undefined
  /** As the kernel does when memory runs out. */
  kill(): Promise<void>
  start(): Promise<void>
}

export async function restartable(start: () => Promise<Program>): Promise<Restartable> {
  let program: Program | undefined = await start()
  return {
    get pid() {
      return program?.pid
    },
    async kill() {
      await program?.kill()
      program = undefined
    },
    async start() {
      program ??= await start()
    },
    async [Symbol.asyncDispose]() {
      await program?.[Symbol.asyncDispose]()
    },
  }
}

/** Starts again what does not come up at once: what it needs may be down itself. */
export async function startEventually({ start }: Pick<Restartable, 'start'>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await start()
    } catch (cause) {
      if (tried === 50) throw cause
      await delay(200)
    }
  }
}
