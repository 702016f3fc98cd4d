import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LockOptions {
  /** How long to wait for whoever holds it. Default: 30,000. */
  readonly timeoutMs?: number
  /** A lock of another machine that is older than this was left behind. Default: 30,000. */
  readonly staleMs?: number
}

/**
 * Holds `path` as a lock while `work` runs. For short work: a lock whose process is gone, or that is old,
 * is taken over.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await acquire(path, options)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(
  path: string,
  { timeoutMs = 30_000, staleMs = 30_000 }: LockOptions,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await tryCreate(path))) {
    if (await isLeftBehind(path, staleMs)) await takeAway(path, staleMs)
    if (performance.now() > deadline) throw new Error(`${path} is held by another process`)
    await sleep(5 + Math.random() * 20)
  }
}

/** Only one may take a lock away, and only after looking again: it may have a new holder by now. */
async function takeAway(path: string, staleMs: number): Promise<void> {
  const taking = `${path}.taking`
  if (!(await tryCreate(taking))) {
    if (await isOld(taking, staleMs)) await rm(taking, { force: true })
    return
  }
  try {
    if (await isLeftBehind(path, staleMs)) await rm(path, { force: true })
  } finally {
    await rm(taking, { force: true })
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }))
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

/** The process is gone; or, of another machine or not yet written, it is old. */
async function isLeftBehind(path: string, staleMs: number): Promise<boolean> {
  const pid = await localHolder(path)
  return pid === undefined ? isOld(path, staleMs) : !isAlive(pid)
}

async function isOld(path: string, staleMs: number): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    return Date.now() - mtimeMs > staleMs
  } catch {
    return false
  }
}

async function localHolder(path: string): Promise<number | undefined> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as {
      pid?: unknown
      host?: unknown
    }
    return host === hostname() && typeof pid === 'number' ? pid : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return codeOf(cause) !== 'ESRCH'
  }
}

function codeOf(cause: unknown): unknown {
  return (cause as { code?: unknown } | null)?.code
}
