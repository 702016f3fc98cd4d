import type { Db } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import * as deliveries from './delivery-repo.ts'

/** Gives up what was not delivered yet, and says why in its log. Workers find the delivery finished. */
export async function endDeliveries(
  tx: Db,
  {
    organizationId,
    attachmentIds,
    reason,
  }: { organizationId: string; attachmentIds: readonly string[]; reason: string },
): Promise<void> {
  const ended = await deliveries.failPending(tx, { organizationId, attachmentIds })
  for (const deliveryId of ended) {
    await attempts.note(
      tx,
      { organizationId, deliveryId },
      { outcome: 'permanent', detail: reason },
    )
  }
}
