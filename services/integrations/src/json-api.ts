import type { Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Answer, PluginFetch } from '@chainloop/plugin-sdk/egress'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import type { z } from 'zod'

/** What both a delivery and a validation have. */
export interface Connection {
  readonly fetch: PluginFetch
  readonly signal: AbortSignal
}

export interface ApiRequest {
  readonly url: string
  /** POST with a body and GET without when absent. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: object
}

/** Sends JSON to an API that speaks JSON. The answer may be a refusal. */
export function callApi({ fetch, signal }: Connection, request: ApiRequest): Promise<Answer> {
  const { url, body, headers, method = body ? 'POST' : 'GET' } = request
  return fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'chainloop',
      ...headers,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
  })
}

/** Of an answer that is no refusal what the schema reads. Throws `DeliveryError`. */
export async function readAnswer<T>(
  answer: Answer,
  schema: z.ZodType<T>,
  check: (answer: Answer) => Promise<Receipt> = receiptOf,
): Promise<T> {
  const copy = answer.clone()
  await check(answer)
  const parsed = schema.safeParse(await copy.json().catch(() => undefined))
  if (parsed.success) return parsed.data
  throw new DeliveryError('retryable', 'the target answered something else than its API says', {
    responseCode: answer.status,
  })
}

/** The address below a base that may end with slashes. */
export function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`
}
