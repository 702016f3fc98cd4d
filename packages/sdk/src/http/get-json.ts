import { httpExchange, readBody } from './request.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 8 << 20

/** A whole answer of an API within 10 s. Rejects when there is none; a body that is not JSON is undefined. */
export async function getJson(
  url: URL,
  { headers }: { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await httpExchange(url, {
    headers: { accept: 'application/json', ...headers },
    idleTimeoutMs: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = (await readBody(response, MAX_BYTES)).toString('utf8')
  return { status: response.statusCode ?? 0, body: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
