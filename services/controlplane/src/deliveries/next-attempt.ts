export interface FailedAttempt {
  /** How often it was tried, this attempt included. */
  readonly attempts: number
  readonly firstAttemptAt: Date
  /** For how long a delivery is tried again. */
  readonly retryForMs: number
  /** The pause that the target asked for; 0: none. */
  readonly retryAfterMs: number
}

export interface RetryClock {
  readonly now: Date
  /** 0 ≤ random < 1. */
  readonly random: number
  /** The longest pause after the first attempt; doubled with each. */
  readonly pauseMs: number
}

const maxPauseMs = 3_600_000
const maxRetryAfterMs = 24 * 3_600_000

/** When a failed delivery is tried again; undefined when its time is over. The last try is at the end of that time. */
export function nextAttempt(
  { attempts, firstAttemptAt, retryForMs, retryAfterMs }: FailedAttempt,
  { now, random, pauseMs }: RetryClock,
): Date | undefined {
  const leftMs = firstAttemptAt.getTime() + retryForMs - now.getTime()
  if (leftMs <= 0) return undefined
  const longest = Math.min(maxPauseMs, pauseMs * 2 ** Math.min(attempts - 1, 20))
  const backOff = longest * (0.5 + random / 2)
  // A little later than asked: those that were refused together shall not come back together.
  const asked = Math.min(retryAfterMs, maxRetryAfterMs) * (1 + random / 10)
  return new Date(now.getTime() + Math.max(asked, Math.min(backOff, leftMs)))
}
