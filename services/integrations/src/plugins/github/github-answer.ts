import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Answer } from '@chainloop/plugin-sdk/egress'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'

/** GitHub answers 403 both to those who may not and to those who ask too often; the latter can wait. */
export async function githubReceipt(answer: Answer): Promise<Receipt> {
  const retryAfterMs = pauseOf(answer, Date.now())
  if (answer.status !== 403 || retryAfterMs === undefined) return receiptOf(answer)
  throw new DeliveryError('throttled', 'GitHub limits the rate of requests', {
    responseCode: 403,
    retryAfterMs,
  })
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function pauseOf({ headers }: Answer, now: number): number | undefined {
  const after = Number(headers.get('retry-after') ?? Number.NaN)
  if (after > 0) return after * 1000
  if (headers.get('x-ratelimit-remaining') !== '0') return undefined
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
  return Number.isFinite(reset) ? Math.max(1000, reset * 1000 - now) : 60_000
}
