import type { Config } from '../config.ts'

/** What this instance is called by its clients, without a slash at the end: names identities and certificates. */
export function instanceUrl(config: Pick<Config, 'externalUrl' | 'bind' | 'httpPort'>): string {
  const { externalUrl, bind, httpPort } = config
  const url = externalUrl ?? `http://${bind.includes(':') ? `[${bind}]` : bind}:${httpPort}`
  return url.replace(/\/+$/, '')
}

/** Whom Init tells clients to get certificates and timestamps from; statements repeat it. */
export function instanceNames(url: string): {
  readonly timestampAuthorityUrl: string
  readonly signingCa: string
} {
  return { timestampAuthorityUrl: `${url}/tsa`, signingCa: 'chainloop' }
}
