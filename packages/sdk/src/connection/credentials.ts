import type { Interceptor } from '@connectrpc/connect'

import { VERSION } from '../version.ts'

export interface Credentials {
  readonly token?: string | undefined
  /** Name of the organization; the token's own when absent. */
  readonly organization?: string | undefined
}

export function withCredentials({ token, organization }: Credentials): Interceptor {
  return (next) => (request) => {
    if (token !== undefined && !request.header.has('authorization')) {
      request.header.set('authorization', `Bearer ${token}`)
    }
    if (organization !== undefined) request.header.set('chainloop-organization', organization)
    request.header.set('chainloop-cli-version', `${VERSION}-ts`)
    return next(request)
  }
}
