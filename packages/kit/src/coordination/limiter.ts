import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'

import type { Coordination, Limit, LimitOutcome } from './coordination.ts'

/** One limiter per distinct limit, made on first use. */
export function limiter(make: (limit: Limit) => RateLimiterAbstract): Coordination['limit'] {
  const made = new Map<string, RateLimiterAbstract>()
  return async (key, limit) => {
    const id = `${limit.points}/${limit.windowSeconds}`
    const found = made.get(id) ?? make(limit)
    made.set(id, found)
    return use(found, key)
  }
}

async function use(counter: RateLimiterAbstract, key: string): Promise<LimitOutcome> {
  try {
    await counter.consume(key)
    return { allowed: true, retryAfterMs: 0 }
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    return { allowed: false, retryAfterMs: Math.max(1, refusal.msBeforeNext) }
  }
}
