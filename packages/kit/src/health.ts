import { EventEmitter } from 'node:events'

/** One thing that must work before traffic is welcome. Throws, with a message fit for operators, when it does not. */
export type Check = (signal: AbortSignal) => Promise<void>

export interface HealthReport {
  readonly ready: boolean
  /** Name and message of every check that failed; empty when ready. */
  readonly failing: Readonly<Record<string, string>>
}

/** Alive as long as it answers; ready while every check passes and nobody has asked it to stop. */
export interface Health {
  report(): Promise<HealthReport>
  /** From now on not ready: load balancers look elsewhere. */
  stop(): void
  readonly stopping: boolean
  /** Emits `change` when `stop` was called. */
  readonly events: EventEmitter<{ change: [] }>
}

export interface HealthOptions {
  readonly checks?: Readonly<Record<string, Check>>
  /** Each check's time limit; 2 s when absent. */
  readonly timeoutMs?: number
  /** A report is reused this long, so that probes cannot load what they probe; 1 s when absent. */
  readonly reuseMs?: number
}

export function createHealth({
  checks = {},
  timeoutMs = 2000,
  reuseMs = 1000,
}: HealthOptions = {}): Health {
  const events = new EventEmitter<{ change: [] }>()
  let stopping = false
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined

  return {
    events,
    get stopping() {
      return stopping
    },
    stop() {
      stopping = true
      events.emit('change')
    },
    async report() {
      if (stopping) return { ready: false, failing: { server: 'is stopping' } }
      const now = performance.now()
      if (!last || now - last.at > reuseMs) last = { at: now, report: runAll(checks, timeoutMs) }
      return last.report
    },
  }
}

async function runAll(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
): Promise<HealthReport> {
  const outcomes = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await run(check, timeoutMs)] as const,
    ),
  )
  const failing = Object.fromEntries(
    outcomes.filter((outcome): outcome is readonly [string, string] => outcome[1] !== undefined),
  )
  return { ready: Object.keys(failing).length === 0, failing }
}

/** The failure's message, or undefined. A check that ignores its signal is left behind. */
async function run(check: Check, timeoutMs: number): Promise<string | undefined> {
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Error(`no answer within ${timeoutMs} ms`)),
    timeoutMs,
  )
  const tooLate = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason as Error), { once: true })
  })
  try {
    await Promise.race([check(late.signal), tooLate])
    return undefined
  } catch (cause) {
    return cause !== null && typeof cause === 'object' && 'message' in cause
      ? String(cause.message)
      : String(cause)
  } finally {
    clearTimeout(timer)
  }
}
