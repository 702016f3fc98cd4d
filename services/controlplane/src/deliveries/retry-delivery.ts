import { conflict } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import * as attachments from '../integrations/attachment-repo.ts'
import * as deliveries from './delivery-repo.ts'
import type { Delivery } from './delivery.ts'
import { describeDelivery } from './describe-delivery.ts'
import { holdInOrder, sendJobs } from './enqueue-deliveries.ts'
import * as lanes from './lane-repo.ts'
import { lockDelivery } from './lock-delivery.ts'

/** What failed or was cancelled starts over, with the idempotency key it had and a job of its own. */
export async function retryDelivery(
  { db, queue }: Pick<Context, 'db' | 'queue'>,
  actor: Actor,
  { id }: { id: string },
): Promise<Delivery> {
  const { organizationId } = actor
  return inTransaction(db, async (tx) => {
    const { state, attachmentId, integrationId, orderKey } = await lockDelivery(tx, actor, id)
    if (state !== 'failed' && state !== 'cancelled') {
      throw conflict(`the delivery is ${state}`, { reason: 'DELIVERY_NOT_ENDED' })
    }
    if (!(await attachments.find(tx, { organizationId, id: attachmentId }))) {
      throw conflict('the integration is no longer attached to the workflow', {
        reason: 'ATTACHMENT_GONE',
      })
    }
    const of = { organizationIds: [organizationId], integrationIds: [integrationId] }
    const byId = await lanes.findAll(tx, of)
    const lane = byId.get(integrationId)
    const held = lane ? await holdInOrder(tx, { lane, orderKey, taken: new Set() }) : ''
    const jobId = await deliveries.reopen(tx, { organizationId, id, held })
    const opened = { id, jobId, integrationId, held }
    await sendJobs(tx, { queue }, { organizationId, deliveries: [opened], lanes: byId })
    await record(tx, {
      organizationId,
      actor,
      action: 'delivery.retried',
      targetType: 'delivery',
      targetId: id,
      details: { before: state },
    })
    return describeDelivery({ db: tx }, actor, { id })
  })
}
