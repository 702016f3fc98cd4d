const MAY_HOLD_SECRETS: ReadonlySet<string> = new Set(['env', 'headers'])

/**
 * A JSON document without the values of its environments and headers, and with bare addresses; the same bytes where
 * there is nothing of that.
 */
export function withoutSecrets(bytes: Buffer): Buffer {
  let found = false
  const document: unknown = JSON.parse(bytes.toString('utf8'), (key, value: unknown) => {
    const bare = withoutSecret(key, value)
    found ||= bare !== value
    return bare
  })
  return found ? Buffer.from(`${JSON.stringify(document, null, 2)}\n`) : bytes
}

function withoutSecret(key: string, value: unknown): unknown {
  if (key === 'url' && typeof value === 'string') return bareAddress(value) ?? '***'
  if (!MAY_HOLD_SECRETS.has(key) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.keys(value).map((name) => [name, '***']))
}

/** Keys are passed in queries and as users. Undefined for what is no address. */
export function bareAddress(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.protocol}//${url.host}${url.pathname}` : undefined
}
