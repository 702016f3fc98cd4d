import type { Context } from '../context.ts'
import type { JsonObject } from '../integrations/plugin.ts'
import type { StoragePlace } from '../storage/storage-access.ts'

/**
 * Has the artifact CAS use the storage with credentials that are on trial: sealed for as long as that takes, and
 * handed out only for the token of this trial. Throws `invalid` with what the storage said.
 */
export async function tryCredentials(
  { db, trials, storage }: Pick<Context, 'db' | 'trials' | 'storage'>,
  place: StoragePlace,
  credentials: JsonObject,
): Promise<void> {
  const { organizationId } = place
  const value = Buffer.from(JSON.stringify(credentials))
  const id = await trials.save(db, { organizationId, value })
  try {
    await storage.probe(place, id)
  } finally {
    await trials.remove(db, { organizationId, id })
  }
}
