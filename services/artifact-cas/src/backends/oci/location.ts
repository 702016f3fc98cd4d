import { invalid } from '@chainloop/kit/errors'
import { isRegistryHost, isRepositoryName } from '@chainloop/oci/reference'

import { splitLocation } from '../remote/split-location.ts'

/** Where the repositories of blobs are: one per blob, called `<path>/chainloop-<hex>`. */
export interface OciLocation {
  /** `host[:port]` */
  readonly host: string
  readonly path: string
  /** Cleartext; undefined: only to this machine. */
  readonly insecure: boolean | undefined
}

/** Reads `host[:port]/path`, with `http://` before it for registries without TLS. Throws `invalid` (LOCATION_INVALID). */
export function parseOciLocation(location: string): OciLocation {
  const { endpoint, path } = splitLocation(location) ?? refuse()
  const text = path.replace(/\/$/, '')
  const slash = text.indexOf('/')
  const host = endpoint === undefined ? text.slice(0, Math.max(slash, 0)) : new URL(endpoint).host
  const name = endpoint === undefined ? text.slice(slash + 1) : text
  if (!isRegistryHost(host) || !isRepositoryName(`${name}/chainloop-${'0'.repeat(64)}`)) refuse()
  return { host, path: name, insecure: endpoint?.startsWith('http:') }
}

function refuse(): never {
  throw invalid('the location is not host[:port]/path', { reason: 'LOCATION_INVALID' })
}
