import { OciError } from '../errors.ts'
import { headerOf, type Answer, type Outgoing } from './send-once.ts'

const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Follows where a registry sends us, without what says who asks when that is another origin. A request with a
 * body is not sent elsewhere: its status comes back as it is.
 */
export async function followRedirects(
  send: (outgoing: Outgoing) => Promise<Answer>,
  base: URL,
  outgoing: Outgoing,
): Promise<Answer> {
  let hop = outgoing
  for (let redirects = 0; ; redirects += 1) {
    const answer = await send(hop)
    if (!REDIRECTS.has(answer.status) || hop.body !== undefined) return answer

    const url = nextAddress(answer, base)
    if (url === undefined) return answer
    await answer.discard()
    if (redirects === MAX_REDIRECTS) {
      throw new OciError('malformed', `${base.host} redirects more than ${MAX_REDIRECTS} times`)
    }
    const headers = url.origin === hop.url.origin ? hop.headers : anonymous(hop.headers)
    hop = { ...hop, url, ...(headers && { headers }) }
  }
}

function nextAddress(answer: Answer, base: URL): URL | undefined {
  const location = headerOf(answer, 'location')
  return location === undefined ? undefined : resolveAddress(location, answer.url, base)
}

/** An address that an answer names. Throws `OciError` (refused) when it leaves HTTP, or TLS. */
export function resolveAddress(location: string, from: URL, base: URL): URL {
  const url = URL.parse(location, from.href)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OciError('malformed', `${base.host} names an address that cannot be followed`)
  }
  if (url.protocol === 'http:' && base.protocol === 'https:') {
    throw new OciError('refused', `${base.host} leads to ${url.host} in cleartext`)
  }
  url.username = ''
  url.password = ''
  return url
}

function anonymous(headers: Outgoing['headers'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:authorization|cookie)$/i.test(name)),
  )
}
