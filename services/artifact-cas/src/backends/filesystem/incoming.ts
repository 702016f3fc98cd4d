import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Where unfinished uploads of this process live: on the same file system as the blobs, so that a rename moves them. */
export interface Incoming extends AsyncDisposable {
  /** A path that nobody else uses. */
  newFile(): string
  readonly directory: string
}

const FOREIGN_LEFTOVER_AGE_MS = 24 * 3_600_000

/**
 * Removes what earlier processes left. A folder tells host and process, as several replicas may share the storage:
 * those of this host go when their process is gone, those of others when they have been still for a day.
 */
export async function openIncoming(root: string): Promise<Incoming> {
  const parent = join(root, '.incoming')
  await mkdir(parent, { recursive: true, mode: 0o700 })
  for (const name of await readdir(parent)) {
    if (await isLeftover(parent, name))
      await rm(join(parent, name), { recursive: true, force: true })
  }
  const directory = join(parent, `${randomUUID()}.${process.pid}.${hostname()}`)
  await mkdir(directory, { mode: 0o700 })
  open.add(directory)
  return {
    directory,
    newFile: () => join(directory, randomUUID()),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true })
      open.delete(directory)
    },
  }
}

/** Folders of this very process; in containers every process has the same id. */
const open = new Set<string>()

async function isLeftover(parent: string, name: string): Promise<boolean> {
  const [, pid, host] = /^[0-9a-f-]{36}\.(\d+)\.(.+)$/.exec(name) ?? []
  if (host !== hostname()) return isOld(join(parent, name))
  if (Number(pid) === process.pid) return !open.has(join(parent, name))
  return !isRunning(Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    // EPERM: it runs as somebody else.
    return (cause as { code?: string }).code === 'EPERM'
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path)
  return Date.now() - mtimeMs > FOREIGN_LEFTOVER_AGE_MS
}
