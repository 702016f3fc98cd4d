import { OciError } from './errors.ts'
import type { Repository } from './registry.ts'
import { resolveAddress } from './transport/follow-redirects.ts'
import { readBounded } from './transport/read-bounded.ts'
import { headerOf, type Answer } from './transport/send-once.ts'

const MAX_PAGES = 1000
const MAX_PAGE_BYTES = 4 << 20

interface Listing {
  readonly path: string
  readonly expected: readonly number[]
  readonly scope: string
  readonly signal?: AbortSignal | undefined
}

export interface Page {
  readonly answer: Answer
  readonly bytes: Buffer
}

/** The pages of a list, by `Link: <…>; rel="next"` (RFC 5988), on the registry itself and each only once. */
export async function* pagesOf(
  { registry }: Repository,
  { path, expected, scope, signal }: Listing,
): AsyncGenerator<Page> {
  const seen = new Set<string>()
  let next: string | URL | undefined = path
  while (next !== undefined) {
    seen.add(String(next))
    if (seen.size > MAX_PAGES) throw endless(registry.host)
    const answer: Answer = await registry.send({
      method: 'GET',
      path: next,
      expected,
      scopes: [scope],
      signal,
    })
    yield { answer, bytes: await readBounded(answer.body, MAX_PAGE_BYTES) }
    next = nextPage(answer, registry.base)
    if (next !== undefined && seen.has(String(next))) throw endless(registry.host)
  }
}

function nextPage(answer: Answer, base: URL): URL | undefined {
  const link = headerOf(answer, 'link')
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1]
  if (target === undefined) return undefined
  const url = resolveAddress(target, answer.url, base)
  if (url.origin !== base.origin) {
    throw new OciError('refused', `${base.host} continues its list on ${url.host}`)
  }
  return url
}

function endless(host: string): OciError {
  return new OciError('malformed', `the list that ${host} gives does not end`)
}
