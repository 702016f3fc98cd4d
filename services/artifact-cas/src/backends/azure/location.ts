import { invalid } from '@chainloop/kit/errors'

import { splitLocation } from '../remote/split-location.ts'
import type { AzureCredentials } from './credentials.ts'

/** Address of a container. */
export interface AzureLocation {
  readonly url: string
}

/** Azure: "Naming rules": storage accounts and containers. */
const ACCOUNT = /^[a-z0-9]{3,24}$/
const CONTAINER = /^(?:\$root|[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9])$/
const ENDPOINT = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/
const PUBLIC_CLOUD = 'blob.core.windows.net'

/**
 * Reads `<account>/<container>`, `<endpoint>/<account>/<container>`, as in `blob.core.chinacloudapi.cn/…`, or
 * `https://host[:port]/<account>/<container>`. Throws `invalid` (LOCATION_INVALID).
 */
export function parseAzureLocation(location: string, given: AzureCredentials): AzureLocation {
  const { endpoint: server, path } = splitLocation(location) ?? refuse()
  const parts = path.replace(/\/$/, '').split('/')
  if (parts.length !== 2 && (server !== undefined || parts.length !== 3)) refuse()
  const { account, container, endpoint } = namesIn(parts, given)
  if (!ACCOUNT.test(account) || !CONTAINER.test(container) || !ENDPOINT.test(endpoint)) refuse()
  return {
    url: `${server ? `${server}/${account}` : `https://${account}.${endpoint}`}/${container}`,
  }
}

function namesIn(
  parts: readonly string[],
  given: AzureCredentials,
): Readonly<Record<'account' | 'container' | 'endpoint', string>> {
  const [container = '', account = '', endpoint = PUBLIC_CLOUD] = parts.toReversed()
  return {
    account: given.storageAccountName ?? account,
    container: given.container ?? container,
    endpoint: given.endpoint ?? endpoint,
  }
}

function refuse(): never {
  throw invalid('the location is neither [endpoint/]account/container nor an https address', {
    reason: 'LOCATION_INVALID',
  })
}
