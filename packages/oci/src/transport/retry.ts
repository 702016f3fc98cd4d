import { setTimeout as delay } from 'node:timers/promises'

export interface RetryOptions {
  /** All tries, the first included. Default: 4. */
  readonly attempts?: number
  /** The first pause; each next is twice as long, and a random part of it is taken. Default: 250. */
  readonly baseMs?: number
  /** No pause is longer; who says `Retry-After` a longer time is not asked again. Default: 30,000. */
  readonly maxMs?: number
}

const MAX_PAUSE_MS = 30_000
const AGAIN: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

export function isWorthRetrying(status: number): boolean {
  return AGAIN.has(status)
}

export function attemptsOf({ attempts = 4 }: RetryOptions): number {
  return Math.max(1, attempts)
}

/** Whether a try after `Retry-After` is soon enough. */
export function isSoon({ maxMs = MAX_PAUSE_MS }: RetryOptions, after: string | undefined): boolean {
  return (retryAfterMs(after) ?? 0) <= maxMs
}

/** Waits before the next try; rejects with the signal's reason. */
export async function pause(
  retry: RetryOptions & { readonly attempt: number; readonly after?: string | undefined },
  signal?: AbortSignal,
): Promise<void> {
  const { attempt, baseMs = 250, maxMs = MAX_PAUSE_MS, after } = retry
  const asked = retryAfterMs(after)
  const own = baseMs * 2 ** attempt * (0.5 + Math.random() / 2)
  await delay(Math.min(asked ?? own, maxMs), undefined, { ...(signal && { signal }) })
}

/** RFC 9110 §10.2.3: seconds or a date. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
