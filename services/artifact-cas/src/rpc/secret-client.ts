import { forbidden, unavailable } from '@chainloop/kit/errors'
import { BackendSecretService } from '@chainloop/proto/internal/v1/backend_secret_service'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'

import type { BackendSecrets } from '../backends/backend-secrets.ts'

/** Asks the control plane, with the transfer's own token. */
export function createBackendSecrets(transport: Transport): BackendSecrets {
  const client = createClient(BackendSecretService, transport)
  return {
    async read({ token: transferToken }) {
      try {
        const { credentials } = await client.read({ transferToken })
        return parse(credentials)
      } catch (cause) {
        throw refusal(ConnectError.from(cause))
      }
    },
  }
}

/** A parser's error repeats what it could not parse. */
function parse(credentials: Uint8Array): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(credentials).toString())
    return parsed
  } catch {
    throw new ConnectError('the credentials are no JSON', Code.Internal)
  }
}

const REFUSED = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.NotFound])

function refusal(cause: ConnectError): Error {
  if (REFUSED.has(cause.code)) {
    return forbidden('the control plane gives no credentials for this storage', {
      reason: 'CREDENTIALS_REFUSED',
      cause,
    })
  }
  return unavailable('the credentials of the storage cannot be had now', {
    reason: 'CREDENTIALS_UNAVAILABLE',
    cause,
  })
}
