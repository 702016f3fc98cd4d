import type { Pin } from '@chainloop/policy/references/close-references'

import type { Db } from '../db/db.ts'

/** Wants the documents to be there. */
export async function insert(
  db: Db,
  {
    organizationId,
    revisionId,
    pins,
  }: {
    organizationId: string
    revisionId: string
    pins: readonly Pin[]
  },
): Promise<void> {
  if (pins.length === 0) return
  await db
    .insertInto('contract_pins')
    .values(
      pins.map((pin, position) => ({
        organization_id: organizationId,
        contract_revision_id: revisionId,
        position,
        kind: pin.kind,
        reference: pin.reference,
        referrer: pin.referrer,
        location: pin.location,
        digest: pin.digest,
        size: pin.size,
      })),
    )
    .execute()
}
