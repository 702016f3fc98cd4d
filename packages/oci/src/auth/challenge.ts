/** One scheme of a `WWW-Authenticate` header (RFC 9110 §11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = /[!#$%&'*+.^_`|~\w-]+/y
const PARAMETER = /\s*,?\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y
const GAP = /[\s,]*/y
const MAX_LENGTH = 8 << 10

/** All challenges that can be read; what cannot is left out, as is everything behind it. */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  if (text.length > MAX_LENGTH) return []
  const challenges: Challenge[] = []
  let at = 0
  while (at < text.length) {
    at = end(GAP, text, at) ?? at
    const after = end(TOKEN, text, at)
    if (after === undefined) break
    const { parameters, next } = parametersAt(text, after)
    challenges.push({ scheme: text.slice(at, after).toLowerCase(), parameters })
    at = next
    if (!/^\s*(?:,|$)/.test(text.slice(at, at + 100))) break
  }
  return challenges
}

function parametersAt(
  text: string,
  from: number,
): { parameters: Map<string, string>; next: number } {
  const parameters = new Map<string, string>()
  let next = from
  for (;;) {
    PARAMETER.lastIndex = next
    const match = PARAMETER.exec(text)
    if (match === null) return { parameters, next }
    const [, name = '', quoted, plain = ''] = match
    parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain)
    next = PARAMETER.lastIndex
  }
}

function end(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
