import type { BackendSecretService } from '@chainloop/proto/internal/v1/backend_secret_service'
import type { ServiceImpl } from '@connectrpc/connect'

import { readBackendSecret, type SecretDeps } from '../cas-backends/read-backend-secret.ts'

export function internalBackendSecretService(
  deps: SecretDeps,
): ServiceImpl<typeof BackendSecretService> {
  return {
    async read({ transferToken }) {
      return { credentials: Buffer.from(await readBackendSecret(deps, transferToken)) }
    },
  }
}
