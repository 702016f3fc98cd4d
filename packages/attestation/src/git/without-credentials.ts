/**
 * A remote's address without what would let somebody in: user and password of `http(s)`, passwords of any other
 * scheme, queries. An address without any of that is returned as it is, as is the short form `git@host:path`.
 */
export function withoutCredentials(address: string): string {
  return address.includes('://') ? cleanUrl(address) : cleanShortForm(address)
}

function cleanUrl(address: string): string {
  const url = URL.parse(address)
  if (!url) return address.replace(/:\/\/.*@/s, '://')
  return hasSecrets(url) ? stripped(url) : address
}

function cleanShortForm(address: string): string {
  const { user, rest } = SHORT_FORM.exec(address)?.groups ?? {}
  return user === undefined ? address : `${user}@${rest ?? ''}`
}

/** `user:password@host:path`; without a scheme there is no URL to parse. */
const SHORT_FORM = /^(?<user>[^@:/]+)(?::[^@]*)?@(?<rest>[^@:/]+:.*)$/s

function hasSecrets(url: URL): boolean {
  return url.search !== '' || url.hash !== '' || url.password !== '' || hasSecretUser(url)
}

/** Over `ssh` the user is a name; over `http` it may be a token. */
function hasSecretUser(url: URL): boolean {
  return url.username !== '' && /^https?:$/.test(url.protocol)
}

function stripped(url: URL): string {
  const clean = new URL(url)
  clean.password = ''
  clean.search = ''
  clean.hash = ''
  if (hasSecretUser(url)) clean.username = ''
  return clean.href
}
