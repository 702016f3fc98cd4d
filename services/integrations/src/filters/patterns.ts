/** Whether one of the patterns, separated by commas, is the whole text; `*` stands for anything, also nothing. */
export function matchesAny(patterns: string, text: string): boolean {
  return patterns.split(',').some((pattern) => matches(pattern.trim(), text))
}

/** Without a regular expression: what users write must not make it slow. */
function matches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return pattern === text
  if (!text.startsWith(head) || !text.endsWith(tail)) return false
  const end = text.length - tail.length
  let at = head.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= end
}

/** Pairs as `k=v`, separated by commas. */
export function parsePairs(pairs: string): [name: string, value: string][] {
  return pairs.split(',').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return [name.trim(), value.join('=').trim()]
  })
}

/** Whether all pairs are there. */
export function hasPairs(pairs: string, annotations: Readonly<Record<string, string>>): boolean {
  return parsePairs(pairs).every(([name, value]) => annotations[name] === value)
}
