import { unavailable } from '@chainloop/kit/errors'

import type { Transfer } from '../auth/transfer.ts'
import { type BackendSecrets, credentialsKey } from './backend-secrets.ts'
import type { BlobBackend, BlobProvider } from './backend.ts'

/** All providers of this instance. */
export interface Storage {
  readonly providers: readonly string[]
  /** Throws `unavailable` when the transfer's provider is not one of them, and what its provider throws. */
  open(transfer: Transfer): Promise<BlobBackend>
}

export function storage(providers: readonly BlobProvider[], secrets: BackendSecrets): Storage {
  return {
    providers: providers.map(({ id }) => id).toSorted(),
    async open(transfer) {
      const { provider, organizationId, location } = transfer
      const found = providers.find(({ id }) => id === provider)
      if (!found) {
        throw unavailable(`storage provider ${provider} is not set up here`, {
          reason: 'PROVIDER_UNKNOWN',
        })
      }
      return found.open({
        organizationId,
        location,
        key: credentialsKey(transfer),
        credentials: () => secrets.read(transfer),
      })
    },
  }
}
