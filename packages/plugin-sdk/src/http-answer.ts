import { DeliveryError, type ErrorClass } from './delivery-error.ts'
import type { Receipt } from './delivery.ts'
import type { Answer } from './egress.ts'

const maxDetailLength = 500

/** Any 2xx is a delivery made; the rest is sorted by whether trying again can help. Reads the body. */
export async function receiptOf(answer: Answer): Promise<Receipt> {
  const detail = trimmed(await answer.text())
  const responseCode = answer.status
  if (answer.ok) return { responseCode, detail }

  const retryAfterMs = parseRetryAfter(answer.headers.get('retry-after'), Date.now())
  throw new DeliveryError(
    errorClassOf(responseCode, retryAfterMs),
    `the target answered ${responseCode}${detail && `: ${detail}`}`,
    { responseCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  )
}

/** RFC 9110 §15: a 4xx means that the same request will fail again, but for these. */
const temporaryRefusals = new Set([408, 409, 421, 423, 425])

function errorClassOf(status: number, retryAfterMs: number | undefined): ErrorClass {
  if (status === 429) return 'throttled'
  if (status >= 500) return retryAfterMs === undefined ? 'retryable' : 'throttled'
  return temporaryRefusals.has(status) ? 'retryable' : 'permanent'
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); undefined when absent, unreadable or past. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return ms > 0 ? ms : undefined
}

function trimmed(body: string): string {
  // oxlint-disable-next-line no-control-regex -- they would garble a terminal
  const text = body.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return text.length > maxDetailLength ? `${text.slice(0, maxDetailLength)}…` : text
}
