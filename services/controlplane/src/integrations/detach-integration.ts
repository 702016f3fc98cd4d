import { notFound } from '@chainloop/kit/errors'

import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { endDeliveries } from '../deliveries/end-deliveries.ts'
import { isUuid } from '../names.ts'
import * as attachments from './attachment-repo.ts'

/** Deliveries that were not made yet are given up; those made stay in the log. */
export async function detachIntegration(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { id }: { id: string },
): Promise<void> {
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const attachment = isUuid(id) ? await attachments.find(tx, { organizationId, id }) : undefined
    actor.require('integration:attach', attachment ? { projectId: attachment.projectId } : {})
    if (!attachment) throw notFound('integration attachment', id)
    const attachmentIds = await attachments.remove(tx, { organizationId, id })
    await endDeliveries(tx, {
      organizationId,
      attachmentIds,
      reason: 'the integration was detached from the workflow',
    })
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.detached',
      targetType: 'integration_attachment',
      targetId: id,
      details: { integration: attachment.integration.name },
    })
  })
}
