import { unavailable } from '@chainloop/kit/errors'

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Status codes that are no failure. */
  readonly expected: readonly number[]
}

export interface RestAnswer {
  readonly status: number
  /** Undefined: nothing, or no JSON. */
  readonly body: unknown
}

const TIMEOUT_MS = 5_000

/**
 * One call of a service that the operator of this instance has configured. What it answers when it fails is not
 * repeated: it may hold what was sent.
 */
export async function rest({ expected, body, ...request }: RestRequest): Promise<RestAnswer> {
  const { host } = new URL(request.url)
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await response.text()
    if (expected.includes(response.status)) return { status: response.status, body: json(text) }
    throw failed(`${host} answers ${response.status}`)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'DomainError') throw cause
    throw failed(`${host} does not answer`)
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failed(what: string): Error {
  return unavailable(`the store of secrets cannot be used: ${what}`, {
    reason: 'SECRETS_UNAVAILABLE',
  })
}

/** A member of parsed JSON, by its path; undefined when there is none. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.getOwnPropertyDescriptor(at, name)?.value as unknown
  }
  return at
}
