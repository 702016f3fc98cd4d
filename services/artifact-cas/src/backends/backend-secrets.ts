import type { Transfer } from '../auth/transfer.ts'

/** The credentials of the storage that a transfer is for. */
export interface BackendSecrets {
  /** As parsed JSON. Throws `unavailable` while the control plane does not answer, else its refusal. */
  read(transfer: Transfer): Promise<unknown>
}

/** Another one as soon as the credentials are others. */
export function credentialsKey(transfer: Transfer): string {
  const { organizationId, backendId, credentialsVersion, candidateId } = transfer
  return `${organizationId}/${backendId}/${candidateId ?? credentialsVersion}`
}

const KEPT_MS = 60_000
const MAX_KEPT = 1000

/**
 * Asks once for transfers that come within a minute. Tokens that were issued after a rotation count it, so that they
 * never get what was there before. A failure is not kept.
 */
export function cachedSecrets(
  secrets: BackendSecrets,
  now: () => number = Date.now,
): BackendSecrets {
  const kept = new Map<string, { readonly credentials: Promise<unknown>; readonly until: number }>()

  function drop(key: string, credentials: Promise<unknown>): void {
    if (kept.get(key)?.credentials === credentials) kept.delete(key)
  }

  function ask(key: string, transfer: Transfer): Promise<unknown> {
    for (const [other, { until }] of kept) {
      // In order of their ends.
      if (until > now() && kept.size < MAX_KEPT) break
      kept.delete(other)
    }
    const credentials = secrets.read(transfer)
    kept.delete(key)
    kept.set(key, { credentials, until: now() + KEPT_MS })
    credentials.catch(() => drop(key, credentials))
    return credentials
  }

  return {
    async read(transfer) {
      const key = credentialsKey(transfer)
      const found = kept.get(key)
      return found && found.until > now() ? found.credentials : ask(key, transfer)
    },
  }
}
