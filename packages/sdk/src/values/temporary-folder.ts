import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Made when it is needed, removed with everything in it. */
export function temporaryFolder(): AsyncDisposable & { path: () => Promise<string> } {
  let made: Promise<string> | undefined
  return {
    path: () => (made ??= mkdtemp(join(tmpdir(), 'chainloop-'))),
    [Symbol.asyncDispose]: async () => {
      if (made !== undefined) await rm(await made, { recursive: true, force: true })
    },
  }
}
