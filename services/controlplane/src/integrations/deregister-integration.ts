import { record } from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { endDeliveries } from '../deliveries/end-deliveries.ts'
import * as attachments from './attachment-repo.ts'
import * as integrations from './integration-repo.ts'
import { getIntegration } from './list-integrations.ts'

/** With its attachments, its secrets, and the deliveries that were not made yet. */
export async function deregisterIntegration(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  actor: Actor,
  { name }: { name: string },
): Promise<void> {
  actor.require('integration:register')
  const { organizationId } = actor
  await inTransaction(db, async (tx) => {
    const { id } = await getIntegration(tx, { organizationId, name })
    const attachmentIds = await attachments.remove(tx, { organizationId, integrationId: id })
    const secretId = await integrations.remove(tx, { organizationId, id })
    if (secretId !== undefined) await secrets.remove(tx, { organizationId, id: secretId })
    await endDeliveries(tx, {
      organizationId,
      attachmentIds,
      reason: 'the integration was deregistered',
    })
    await record(tx, {
      organizationId,
      actor,
      action: 'integration.deregistered',
      targetType: 'integration',
      targetId: id,
      details: { name, attachments: attachmentIds.length },
    })
  })
}
