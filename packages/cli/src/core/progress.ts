import type { Io } from './io.ts'

export interface Progress extends Disposable {
  readonly report: (done: number, total?: number) => void
}

const WORTH_SHOWING_BYTES = 1 << 20
const BAR_WIDTH = 24
const TERMINAL_INTERVAL_MS = 100
const LOG_INTERVAL_MS = 10_000

/** A bar on a terminal, a line every ten seconds elsewhere; nothing for what is over at once. */
export function startProgress(
  io: Pick<Io, 'status' | 'info'>,
  what: string,
  size: number | undefined,
): Progress {
  let shown = performance.now()
  let lines = 0
  const interval = io.status === null ? LOG_INTERVAL_MS : TERMINAL_INTERVAL_MS
  return {
    report: (done, total = size) => {
      const now = performance.now()
      if ((total ?? done) < WORTH_SHOWING_BYTES || now - shown < interval) return
      shown = now
      lines += 1
      if (io.status === null) io.info(`${what}: ${amount(done, total)}`)
      else io.status(`${what} ${bar(done, total)} ${amount(done, total)}`)
    },
    [Symbol.dispose]: () => {
      if (lines > 0) io.status?.('')
    },
  }
}

export interface Waiting extends Disposable {
  readonly report: (waitedMs: number) => void
}

/** Says what is waited for: at once, and on a terminal for how long already. */
export function startWaiting(io: Pick<Io, 'status' | 'info'>, what: string): Waiting {
  let said = false
  return {
    report(waitedMs) {
      if (io.status) io.status(`${what} … ${Math.round(waitedMs / 1000)} s`)
      else if (!said) io.info(`${what}: waiting for the verdict`)
      said = true
    },
    [Symbol.dispose]: () => {
      if (said) io.status?.('')
    },
  }
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return ''
  const filled = Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH))
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
}

function amount(done: number, total: number | undefined): string {
  return total === undefined ? mebibytes(done) : `${mebibytes(done)} of ${mebibytes(total)}`
}

function mebibytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`
}
