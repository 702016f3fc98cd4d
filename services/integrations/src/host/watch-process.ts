import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'

export interface WatchOptions {
  /** Of everything, not only the heap. */
  readonly maxRssBytes: number
  /** How long its event loop may be blocked. */
  readonly hangMs: number
  /** Whether it has anything to do; an idle process is left alone. */
  readonly isBusy: () => boolean
  readonly ping: () => void
  /** Called once. */
  readonly overstepped: (reason: string) => void
}

export interface Watch extends Disposable {
  /** It answered a ping, and says how big it is. */
  heard(rssBytes: number): void
}

const intervalMs = 250
const pageBytes = 4096

/** Looks at a process from outside: a plugin that blocks its event loop or eats memory cannot be asked to stop. */
export function watchProcess(child: ChildProcess, options: WatchOptions): Watch {
  const { maxRssBytes, hangMs, isBusy, ping, overstepped } = options
  let askedAt: number | undefined
  let isOver = false

  const end = (reason: string): void => {
    if (isOver) return
    isOver = true
    clearInterval(timer)
    overstepped(reason)
  }

  const checkSize = (rssBytes: number): void => {
    if (rssBytes > maxRssBytes) end('it used more memory than it may')
  }

  const look = (): void => {
    if (!isBusy() && askedAt === undefined) return
    if (askedAt === undefined) {
      askedAt = performance.now()
      ping()
    } else if (performance.now() - askedAt > hangMs) end('it did not answer any more')
    void rssOf(child).then((rss) => rss !== undefined && checkSize(rss))
  }

  const timer = setInterval(look, intervalMs).unref()
  return {
    heard(rssBytes) {
      askedAt = undefined
      checkSize(rssBytes)
    },
    [Symbol.dispose]() {
      isOver = true
      clearInterval(timer)
    },
  }
}

/** Undefined where the system does not tell: then it is known from the answers to pings. */
async function rssOf({ pid }: ChildProcess): Promise<number | undefined> {
  if (process.platform !== 'linux' || pid === undefined) return undefined
  try {
    const [, pages] = (await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')
    return Number(pages) * pageBytes
  } catch {
    return undefined
  }
}
