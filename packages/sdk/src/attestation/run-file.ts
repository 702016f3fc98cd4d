import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { RunToken } from './session.ts'

/** The token of a run whose state is remote, kept for the further steps of this job. */
export interface RunFile {
  /** Undefined without one, or with one that nobody can use. */
  read(): Promise<RunToken | undefined>
  write(token: RunToken): Promise<void>
  remove(): Promise<void>
}

/** A file of mode 0600, replaced as a whole. */
export function runFile(runId: string, folder: string = tmpdir()): RunFile {
  const path = join(folder, `chainloop-run-${runId}.json`)
  return {
    read: async () => {
      try {
        return isOurs(await stat(path))
          ? toToken(JSON.parse(await readFile(path, 'utf8')))
          : undefined
      } catch {
        return undefined
      }
    },
    write: async (token) => {
      const temporary = `${path}.${randomUUID()}`
      try {
        await writeFile(temporary, JSON.stringify(token), { mode: 0o600, flag: 'wx' })
        await rename(temporary, path)
      } finally {
        await rm(temporary, { force: true })
      }
    },
    remove: () => rm(path, { force: true }),
  }
}

/** The folder is everybody's. */
function isOurs({ uid }: { readonly uid: number }): boolean {
  return process.getuid === undefined || uid === process.getuid()
}

function toToken(written: unknown): RunToken | undefined {
  const { token, expiresAt } = (written ?? {}) as { token?: unknown; expiresAt?: unknown }
  const until = new Date(String(expiresAt))
  if (typeof token !== 'string' || Number.isNaN(until.getTime())) return undefined
  return { token, expiresAt: until }
}
