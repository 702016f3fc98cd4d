import { KeyUnavailable } from './signing-key.ts'

/** The global one unless somebody guards it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface JsonRequest {
  /** Who is asked, for messages: `vault.example`. */
  readonly service: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: object
}

const TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 1 << 20

/** A JSON answer, or `KeyUnavailable` with what the service said. Redirects are refused: they would carry the token on. */
export async function askJson(
  fetchIt: Fetch,
  { service, url, headers, body }: JsonRequest,
): Promise<unknown> {
  const response = await answered(service, () =>
    fetchIt(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  )
  const text = (await readBody(service, response.body, MAX_ANSWER_BYTES)).toString('utf8')
  if (!response.ok) {
    const said = text.slice(0, 500).replaceAll(/\s+/g, ' ')
    throw new KeyUnavailable(`${service} answered with status ${response.status}: ${said}`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KeyUnavailable(`${service} answered something that is not JSON`, { cause })
  }
}

async function answered(service: string, ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask()
  } catch (cause) {
    throw new KeyUnavailable(`${service} does not answer`, { cause })
  }
}

/** All of an answer, or `KeyUnavailable` as soon as it is longer than that. */
export async function readBody(
  service: string,
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw new KeyUnavailable(`${service} answered too much`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A member of an answer, by its path; `KeyUnavailable` when it is not a string. */
export function stringIn(answer: unknown, service: string, ...path: readonly string[]): string {
  const found = path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
    answer,
  )
  if (typeof found === 'string') return found
  throw new KeyUnavailable(`${service} answered without ${path.join('.')}`)
}
