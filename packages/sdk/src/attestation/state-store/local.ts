import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { AlreadyInitialized, NotInitialized, type Session } from '../session.ts'
import { withFileLock } from './file-lock.ts'
import { sessionFromJson, sessionToJson } from './session-json.ts'
import type { StateStore } from './state-store.ts'
import { withAddition } from './with-addition.ts'

export const DEFAULT_STATE_PATH: string = join(tmpdir(), 'chainloop-attestation.tmp.json')

/** One JSON file of mode 0600, replaced as a whole; a lock file next to it orders the writers. */
export function localStateStore(path: string = DEFAULT_STATE_PATH): StateStore {
  const locked = <T>(work: () => Promise<T>): Promise<T> => withFileLock(`${path}.lock`, work)

  const store: StateStore = {
    read: () => readSession(path),

    create: async (session, { replace = false } = {}) => {
      await mkdir(dirname(path), { recursive: true })
      await locked(async () => {
        if (!replace && (await readText(path)) !== undefined) throw new AlreadyInitialized()
        await replaceFile(path, sessionToJson(session))
      })
    },

    update: async (change) => {
      if ((await readText(path)) === undefined) throw new NotInitialized()
      return locked(async () => {
        const current = await readSession(path)
        if (current === undefined) throw new NotInitialized()
        const next = change(current)
        await replaceFile(path, sessionToJson(next))
        return next
      })
    },

    append: async (addition) => {
      const names = new Set(addition.materials.map(({ name }) => name))
      let replaced: readonly string[] = []
      await store.update((current) => {
        replaced = current.state.materials.map(({ name }) => name).filter((one) => names.has(one))
        return withAddition(current, addition)
      })
      return { replaced }
    },

    remove: async () => {
      await rm(path, { force: true })
    },
  }
  return store
}

async function readSession(path: string): Promise<Session | undefined> {
  const text = await readText(path)
  return text === undefined ? undefined : sessionFromJson(text, path)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw cause
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  try {
    {
      await using file = await open(temporary, 'wx', 0o600)
      await file.writeFile(text)
      await file.sync()
    }
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Rejects with `NotInitialized` when there is none, and with `BrokenState`. */
export async function readLocalSession(path: string = DEFAULT_STATE_PATH): Promise<Session> {
  const session = await readSession(path)
  if (session === undefined) throw new NotInitialized()
  return session
}
