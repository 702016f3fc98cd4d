import { closeSync, fsync, mkdirSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

import type { Commit } from './protocol.ts'

const flush = promisify(fsync)

/** A verified blob that becomes visible under its final name. */
export interface Pending {
  readonly commit: Commit
  /** All of its bytes; undefined when the file has them and is flushed. */
  readonly block: Uint8Array | undefined
  /** Durable and visible; true when a blob of that size was there. */
  readonly done: (existed: boolean) => void
  readonly failed: (cause: unknown) => void
}

/**
 * Makes files visible and durable, in groups: what comes while one group is being flushed forms the next one. Files of
 * a group are flushed at once, which a journal merges, and a folder once for all of them. Nobody waits for a group to fill.
 */
export function createGroupCommit(): (pending: Pending) => void {
  let next: Pending[] = []
  let running = false

  async function run(): Promise<void> {
    running = true
    while (next.length > 0) {
      const group = next
      next = []
      await commitGroup(group)
    }
    running = false
  }

  return (pending) => {
    next.push(pending)
    // What is already in this thread's queue joins the group.
    if (!running) setImmediate(() => running || void run())
  }
}

interface Renamed extends Pending {
  readonly existed: boolean
  readonly folders: readonly string[]
}

/** All files are made before the first is flushed: a file system keeps whoever makes one waiting while it flushes. */
async function commitGroup(group: readonly Pending[]): Promise<void> {
  const written = group.map((pending) => ({ pending, fd: writeFile(pending) }))
  const flushed = await Promise.all(written.map(flushFile))
  const renamed = flushed.flatMap((pending) => (pending ? makeVisible(pending) : []))
  const folders = new Set(renamed.flatMap((pending) => pending.folders))
  const failures = new Map<string, unknown>()
  await Promise.all(
    [...folders].map((folder) => flushFolder(folder).catch((cause) => failures.set(folder, cause))),
  )
  for (const { done, failed, existed, folders: own } of renamed) {
    const broken = own.find((folder) => failures.has(folder))
    if (broken === undefined) done(existed)
    else failed(failures.get(broken))
  }
}

/** Undefined when there is nothing to flush; 'failed' when the file could not be made, which has been told. */
function writeFile({ block, commit, failed }: Pending): number | 'failed' | undefined {
  if (block === undefined) return undefined
  try {
    // Not another's file, and nobody else's to read.
    const fd = openSync(commit.file, 'wx', 0o600)
    try {
      writeFileSync(fd, block)
      return fd
    } catch (cause) {
      closeSync(fd)
      throw cause
    }
  } catch (cause) {
    failed(cause)
    return 'failed'
  }
}

async function flushFile(written: {
  readonly pending: Pending
  readonly fd: ReturnType<typeof writeFile>
}): Promise<Pending | undefined> {
  const { pending, fd } = written
  if (fd === 'failed') return undefined
  if (fd === undefined) return pending
  try {
    await flush(fd).finally(() => closeSync(fd))
    return pending
  } catch (cause) {
    pending.failed(cause)
    return undefined
  }
}

/**
 * A blob that is there is replaced by the same bytes, so that the time which this takes tells nobody what is stored.
 * Gives nothing for one that could not be renamed, which has heard of it.
 */
function makeVisible(pending: Pending): readonly Renamed[] {
  const { file, to, size, name } = pending.commit
  try {
    const existed = statSync(to.blob, { throwIfNoEntry: false })?.size === size
    const folders = makeFolder(to.directory)
    if (!existed) writeFileSync(to.name, name, { mode: 0o600 })
    renameSync(file, to.blob)
    return [{ ...pending, existed, folders }]
  } catch (cause) {
    pending.failed(cause)
    return []
  }
}

/** The folders to flush: a new one is durable once the folder that names it was flushed. */
function makeFolder(path: string): readonly string[] {
  const folders = [path]
  const first = mkdirSync(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return folders
  for (let made = path; made.length >= first.length; made = dirname(made))
    folders.push(dirname(made))
  return folders
}

async function flushFolder(path: string): Promise<void> {
  const fd = openSync(path, 'r')
  await flush(fd).finally(() => closeSync(fd))
}
