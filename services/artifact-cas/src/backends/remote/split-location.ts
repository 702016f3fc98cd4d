/**
 * A location with or without a server of its own: `https://host[:port]/path` or `path`. Undefined for addresses that have
 * more than that: a name, a password, a query.
 */
export function splitLocation(
  location: string,
): { readonly endpoint: string | undefined; readonly path: string } | undefined {
  if (!/^https?:\/\//.test(location)) return { endpoint: undefined, path: location }
  const url = URL.parse(location)
  const isPlain =
    url && [url.username, url.password, url.search, url.hash].every((part) => part === '')
  return isPlain ? { endpoint: url.origin, path: url.pathname.slice(1) } : undefined
}
